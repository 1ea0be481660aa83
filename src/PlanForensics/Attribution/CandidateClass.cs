using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>Candidates with equal programs in every operator of every step: they give equal bits on every input, so that one replay stands for all.</summary>
public sealed record CandidateClass
{
    internal CandidateClass(int index, string key, IReadOnlyList<ResolvedCandidate> members)
    {
        Index = index;
        Fingerprint = PlanFingerprint.Of(key);
        Resolved = members;
        Members = members.Select(member => member.Schedule.Name).ToValueList();
    }

    /// <summary>0-based number, in the order in which candidates were given.</summary>
    public int Index { get; }

    /// <summary>Fingerprint of the programs of all operators in all steps.</summary>
    public PlanFingerprint Fingerprint { get; }

    /// <summary>Names of the candidates, in the order in which they were given; at least one.</summary>
    public ValueList<string> Members { get; }

    /// <summary>Name of the first member.</summary>
    public string Name => Members[0];

    /// <summary>The first member.</summary>
    public PlanSchedule Schedule => Resolved[0].Schedule;

    internal IReadOnlyList<ResolvedCandidate> Resolved { get; }

    /// <summary>Number and first member.</summary>
    /// <returns>For example <c>class 2 (split_k4 and 3 more)</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"class {Index} ({Name}{(Members.Count > 1 ? FormattableString.Invariant($" and {Members.Count - 1} more") : "")})");
}
