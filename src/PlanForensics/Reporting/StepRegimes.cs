using PlanForensics.Contracts;
using PlanForensics.Regimes;

namespace PlanForensics.Reporting;

/// <summary>The regime of each recorded step of the reported requests.</summary>
internal sealed class StepRegimes
{
    private readonly Dictionary<(string Request, int Step, int Rank), (RegimeVerdict Verdict, FabricRegime Fabric)> _known = [];
    private readonly Dictionary<(string Replica, int Iteration), List<string>> _records = [];

    public StepRegimes(ReportContent content, SideNames names)
    {
        if (content.Regimes is not { } history)
            return;
        HashSet<string> reported = [.. content.Recordings.Select(recorded => recorded.RequestId)];
        foreach (EngineStep step in history.Timeline.Steps)
            foreach (EngineStepMember member in step.Members)
                if (reported.Contains(member.RequestId))
                {
                    _known[(member.RequestId, member.StepIndex, step.Rank)] = (history.VerdictOf(step), history.FabricOf(step));
                    (string, int) place = (step.Replica ?? "", step.Index);
                    if (!_records.TryGetValue(place, out List<string>? records))
                        _records[place] = records = [];
                    records.Add(names.StepRecord(names.IndexOf(member.RequestId), member.StepIndex, step.Rank));
                }
    }

    /// <summary>The step's regime by name; null where what was recorded does not tell.</summary>
    public string? NameOf(string request, StepState state) =>
        _known.TryGetValue((request, state.StepIndex, state.Rank), out (RegimeVerdict Verdict, FabricRegime Fabric) found) && found.Verdict.Regime != Regime.Unknown
            ? RegimeNames.NameOf(found.Verdict.Regime) + (found.Fabric is FabricRegime.Congested or FabricRegime.Degraded ? $", fabric {RegimeNames.NameOf(found.Fabric)}" : "")
            : null;

    /// <summary>Whether a reported step ran among these iterations of a replica.</summary>
    public bool Reaches(string? replica, int first, int last) => _records.Keys.Any(place => place.Replica == (replica ?? "") && place.Iteration >= first && place.Iteration <= last);

    /// <summary>Records of the reported steps that ran in an iteration of a replica.</summary>
    public IReadOnlyList<string> RecordsAt(string? replica, int iteration) => _records.GetValueOrDefault((replica ?? "", iteration)) ?? [];

    /// <summary>What the request's steps lack to be classified, by name.</summary>
    public IReadOnlyList<string> MissingOf(string request)
    {
        RegimeInput missing = RegimeInput.None;
        foreach (((string Request, int Step, int Rank) key, (RegimeVerdict Verdict, FabricRegime Fabric) found) in _known)
            if (key.Request == request)
                missing |= found.Verdict.Missing;
        return RegimeNames.NamesOf(missing);
    }
}
