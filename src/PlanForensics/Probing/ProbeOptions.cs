using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>How a probe goes about it.</summary>
public sealed record ProbeOptions
{
    /// <summary>How pairs are chosen; default full.</summary>
    public ProbeAlgorithm Algorithm { get; init; } = ProbeAlgorithm.Full;

    /// <summary>Seed of the random pairs of class map and verification; default 0. The same seed asks the same questions.</summary>
    public int Seed { get; init; }

    /// <summary>Random pairs of the class map, beside those at fixed distances, 0 to 10,000; default 16.</summary>
    public int ClassMapPairs
    {
        get;
        init => field = value is >= 0 and <= 10_000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "pairs are 0 to 10,000");
    } = 16;

    /// <summary>Random questions that the finished answer is checked with, at least, 0 to 10,000; default 16. Each call of a matrix product asks one on every column.</summary>
    public int VerificationPairs
    {
        get;
        init => field = value is >= 0 and <= 10_000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "pairs are 0 to 10,000");
    } = 16;

    /// <summary>How often the same questions are asked before an order is called repeatable, 1 (not at all) to 1,000; default 3.</summary>
    public int Repeats
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "repeats are 1 to 1,000");
    } = 3;

    /// <summary>Whether the precision of every partial sum and the starts at +0.0 are asked for; default true. Without it all sums are taken to be fp32.</summary>
    public bool Precision { get; init; } = true;

    /// <summary>Plans that a recovered order is compared with before those of <see cref="PlanCatalog"/>; default none.</summary>
    public ImmutableArray<OperatorPlan> KnownPlans { get; init; } = [];
}
