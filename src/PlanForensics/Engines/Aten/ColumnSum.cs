using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's sum of a contiguous matrix over its first dimension, on a CPU.</summary>
/// <remarks>
/// Whole groups of 4 vectors of columns (of 4 columns, where there is less than a vector) have one cascade a column; the columns after them have cascades of 4 accumulators. One column alone is summed as a row. Source: ATen's
/// <c>SumKernel.cpp</c>; torch 1.13.1.
/// </remarks>
public sealed class ColumnSum : IRowFamily
{
    private readonly AtenCapability _capability;

    private ColumnSum(AtenCapability capability, string dispatch) => (_capability, Name) = (capability, $"aten.column_sum.{dispatch}");

    /// <summary>One family a dispatch.</summary>
    public static ImmutableArray<ColumnSum> All { get; } = [new(AtenCapability.Avx2, "avx2"), new(AtenCapability.Avx512, "avx512")];

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RowOperator Operator => RowOperator.ColumnSum;

    /// <inheritdoc/>
    public PlanDecision PlanFor(RowKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Threads > 1 && key.Rows * key.Width >= AtenRows.GrainSize)
            return PlanDecision.Decline($"several threads divide the columns of {AtenRows.GrainSize} values or more; got {key.Rows * key.Width} values and {key.Threads} threads");
        if (key.Width == 1)
            return PlanDecision.Of(new SumPlan { Lanes = AtenRows.Cascade(_capability) });
        int lanes = AtenRows.Lanes(_capability);
        int group = key.Width >= lanes ? 4 * lanes : 4;
        int grouped = key.Width / group * group;
        return SumRegions.Decide(key.Width, (int)key.Rows, column => new SumPlan { Lanes = new LaneTree { Order = LaneOrder.Cascade, Accumulators = column < grouped ? 1 : 4 } });
    }
}
