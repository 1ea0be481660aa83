using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.NumPy;

/// <summary>NumPy's sums of contiguous fp32 matrices over the last and over the first axis.</summary>
/// <remarks>Last axis: runs of 8,192 terms (NumPy's buffer), pairwise above 128 terms, eight accumulators below, added to an output that starts at +0.0. First axis: row after row. Source: NumPy's <c>pairwise_sum</c>; NumPy 1.24.2.</remarks>
public static class NumPyRows
{
    /// <summary>All families; names are unique.</summary>
    public static ImmutableArray<RowFamily> All { get; } =
    [
        new("numpy.sum", RowOperator.Sum, new SumPlan { Lanes = new LaneTree { Order = LaneOrder.Pairwise, Lanes = 8 } }),
        new("numpy.column_sum", RowOperator.ColumnSum, new SumPlan { StartsAtZero = true }, decline: static key => key.Width == 1 ? "one column lies in memory as a row" : null),
    ];
}
