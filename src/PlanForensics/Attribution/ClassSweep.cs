using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Replays classes against one recording.</summary>
internal sealed class ClassSweep
{
    private readonly IReplayEngine _engine;
    private readonly ReplayModel _model;
    private readonly ExecutionContract _recorded;
    private readonly ContractStep[] _steps;
    private readonly TieRule _tie;
    private readonly bool _stopsEarly;
    private readonly bool _hidden;
    private readonly CancellationToken _cancellation;

    public ClassSweep(IReplayEngine engine, ReplayModel model, ExecutionContract recorded, AttributionOptions options, CancellationToken cancellation)
    {
        (_engine, _model, _recorded, _cancellation) = (engine, model, recorded, cancellation);
        _steps = [.. ContractTrajectory.Of(recorded, options.MaximumSteps).Select(step => step.Recorded)];
        _tie = recorded.Request.Decode?.TieRule == "highest_id" ? TieRule.Last : TieRule.First;
        FeedsOwnTokens = _steps.SkipLast(1).Any(step => step.Observation.ChosenToken is null && KnowsNoToken(step));
        _stopsEarly = options.StopAtFirstDifference || FeedsOwnTokens;
        _hidden = _steps.Any(step => step.Observation.HiddenStateHashes is { Count: > 0 });
        Evidence = StepEvidence.StrongestOf(_steps);
    }

    public EvidenceKind Evidence { get; }

    public int StepCount => _steps.Length;

    /// <summary>Whether some token was not recorded, so that replays go on with their own.</summary>
    public bool FeedsOwnTokens { get; }

    public IEnumerable<ContractStep> Replay(ResolvedCandidate candidate, bool bypassMemo = false, Action<OperatorOutput>? observer = null) =>
        ContractReplay.Steps(_engine, _model, _recorded, candidate.PlanFor, Options(bypassMemo, observer), _cancellation);

    public IEnumerable<ContractStep> Replay(Func<StepState, ExecutionPlan> planFor) =>
        ContractReplay.Steps(_engine, _model, _recorded, planFor, Options(false, null), _cancellation);

    /// <summary>What the recording could tell of each step of a replay.</summary>
    public ValueList<string> Signatures(IEnumerable<ContractStep> replay, int steps) =>
        replay.Take(steps).Select((step, index) => StepEvidence.Compare(_steps[index], step, _tie).Signature).ToValueList();

    public ClassComparison Compare(CandidateClass candidates)
    {
        var signatures = new List<string>();
        var tally = new ClassTally(Evidence);
        foreach (ContractStep replayed in Replay(candidates.Resolved[0]))
        {
            ContractStep recorded = _steps[signatures.Count];
            StepOutcome outcome = StepEvidence.Compare(recorded, replayed, _tie);
            signatures.Add(outcome.Signature);
            tally.Add(recorded.State.StepIndex, outcome);
            if (_stopsEarly && tally.HasDifference)
                break;
        }

        return tally.Result(candidates, signatures);
    }

    private ContractReplayOptions Options(bool bypassMemo, Action<OperatorOutput>? observer) => new()
    {
        MaximumSteps = _steps.Length,
        HiddenStateHashes = _hidden,
        BypassMemo = bypassMemo,
        Observer = observer,
    };

    // A prefill chunk chooses no token: the next step's tokens are those of the prompt.
    private bool KnowsNoToken(ContractStep step) => step.State.Shape.KeyLength >= (_recorded.Request.TokenCount ?? 0);
}
