namespace PlanForensics.Regimes;

/// <summary>A recorded value that moved a derived one.</summary>
/// <param name="Input">The contract's name of the value.</param>
/// <param name="Before">At the step before, in MB.</param>
/// <param name="After">At the step, in MB.</param>
public sealed record CrossingComponent(string Input, double Before, double After)
{
    /// <summary>Says what moved.</summary>
    /// <returns>For example <c>replication_pinned_mb 0 -> 512</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Input} {Before:R} -> {After:R}");
}
