using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>What a probe found.</summary>
public sealed record ProbeReport
{
    /// <summary>What it came to.</summary>
    public required ProbeOutcome Outcome { get; init; }

    /// <summary>Why nothing, or not everything, was recovered; empty for <see cref="ProbeOutcome.Recovered"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The orders and where they hold, largest class first. For an inconsistent operator: the nearest trees; for the other outcomes empty.</summary>
    public required ImmutableArray<ProbedClass> Classes { get; init; }

    /// <summary>One plan for the whole output: the class's plan, or a <see cref="PlanMap"/>; null where a class has no program or a map would need more than 256 regions.</summary>
    public OperatorPlan? Plan { get; init; }

    /// <summary>Groups of measured pairs that no tree explains; 0 for a recovered order.</summary>
    public required int InconsistentGroups { get; init; }

    /// <summary>Units counted at once. Fewer than the terms: pairs were measured window by window.</summary>
    public required int UnitsPerCall { get; init; }

    /// <summary>Calls of the black box.</summary>
    public required ProbeCalls Calls { get; init; }

    /// <summary>Pairs measured to recover the trees.</summary>
    public required long Pairs { get; init; }

    /// <summary>Wall-clock time of the probe, the operator's included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What this probe did not or could not see, one sentence each.</summary>
    public required ImmutableArray<string> Unseen { get; init; }
}
