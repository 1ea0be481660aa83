using PlanForensics.Contracts;
using PlanForensics.Incidents;

namespace PlanForensics.Attribution.Incidents;

/// <summary>One run while candidates compete for it.</summary>
internal sealed class RunState(IncidentSweep sweep, IncidentRun run, ExecutionContract recorded)
{
    public IncidentSweep Sweep { get; } = sweep;

    public IncidentRun Run { get; } = run;

    public ExecutionContract Recorded { get; } = recorded;

    public List<ComparedClass> Compared { get; } = [];

    public List<RefusedCandidate> Refused { get; } = [];

    public List<string> Caveats { get; } = [];

    public bool IsExplained => Compared.Exists(item => item.ReproducesEverything);

    /// <summary>Adds a class's names to one that was compared and has the same programs.</summary>
    public bool TryJoin(CandidateClass other)
    {
        if (Compared.Find(item => item.Class.Fingerprint == other.Fingerprint) is not { } known)
            return false;
        known.Members.UnionWith(other.Members);
        return true;
    }

    public void Add(CandidateClass item, SweepCounts counts) => Compared.Add(new ComparedClass(item, counts));
}
