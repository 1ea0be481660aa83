using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.NumPy;

/// <summary>NumPy's sum over the last axis of contiguous fp32 values.</summary>
/// <remarks>Pairwise above 128 terms, eight accumulators below, added to an output that starts at +0.0. Source: NumPy's <c>pairwise_sum</c>; NumPy 1.24.2.</remarks>
public static class NumPyRows
{
    /// <summary>All families; names are unique.</summary>
    public static ImmutableArray<RowFamily> All { get; } =
        [new("numpy.sum", RowOperator.Sum, new SumPlan { Lanes = new LaneTree { Order = LaneOrder.Pairwise, Lanes = 8 } })];
}
