namespace PlanForensics.Regimes;

/// <summary>The input that crossed its limit in a transition.</summary>
/// <param name="Input">
/// <c>isolation_mode</c>, <c>effective_free_ratio</c>, <c>paging_active</c>, <c>effective_free_mb</c>, <c>queue_p95_ms</c>; of a fabric <c>inflation_p50</c>, <c>inflation_p95</c>,
/// <c>inflation_p99</c>, <c>skew_p95</c>, <c>retransmits</c>, <c>comm_time_ms</c>; or, to or from an unknown regime, the contract's name of the input that was not recorded.
/// </param>
/// <param name="Before">Its value at the step before, as text (numbers in full precision); null when not recorded.</param>
/// <param name="After">Its value at the step, as text; null when not recorded.</param>
/// <param name="Limit">The limit; null where there is none.</param>
/// <param name="Rank">The rank whose value crossed; null where the input is the engine's.</param>
/// <param name="MovedBy">Of effective free memory and its ratio: the component that moved it most; null when no component moved it, or not known.</param>
public sealed record RegimeCrossing(string Input, string? Before, string? After, double? Limit = null, int? Rank = null, CrossingComponent? MovedBy = null)
{
    /// <summary>Says what crossed.</summary>
    /// <returns>For example <c>effective_free_ratio 0.0625 -> 0.03125 (limit 0.05), by replication_pinned_mb 0 -> 512</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"{Input} {Before ?? "?"} -> {After ?? "?"}{(Limit is { } limit ? FormattableString.Invariant($" (limit {limit:R})") : "")}{(MovedBy is { } part ? $", by {part}" : "")}");
}
