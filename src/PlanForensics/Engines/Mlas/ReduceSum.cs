using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's ReduceSum over the last axis, which Eigen computes in vectors of 4 at 16-byte addresses: the order of a row depends on where it lies.</summary>
/// <remarks>
/// Vectors from the first aligned address on go to two accumulators in turn, which are added; a vector left over is added to them; lanes (0 + 2) + (1 + 3); then the terms before the first vector, then those after the
/// last, one by one. A row without a whole vector is one by one. Source: Eigen's <c>Redux.h</c>; ONNX Runtime 1.31.1.
/// </remarks>
public sealed class ReduceSum : IRowFamily
{
    private const int Lanes = 4;

    /// <inheritdoc/>
    public string Name => "ort.reduce_sum";

    /// <inheritdoc/>
    public RowOperator Operator => RowOperator.Sum;

    /// <inheritdoc/>
    public PlanDecision PlanFor(RowKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.AddressModulo16 is not { } address)
            return PlanDecision.Decline("the order depends on the address of the first row modulo 16 bytes, which is not known");
        var plans = new OperatorPlan[Lanes];
        for (int head = 0; head < Lanes; head++)
            plans[head] = Row(key.Width, head);
        return SumRegions.Decide((int)key.Rows, key.Width, row => plans[(int)((Lanes - (((address / sizeof(float)) + (row * (long)key.Width)) % Lanes)) % Lanes)]);
    }

    private static OperatorPlan Row(int width, int head)
    {
        int vectors = (width - head) / Lanes;
        if (vectors <= 0)
            return new SumPlan();
        if (head == 0 && width % (2 * Lanes) == 0)
            return new SumPlan { Lanes = new LaneTree { Lanes = 2 * Lanes } };
        var lanes = new ReductionChain?[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
            lanes[lane] = Lane(head + lane, vectors);
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        items.Add(ProgramParts.Fold(lanes, 2, 1)!);
        if (head > 0)
            items.Add(new ReductionSegment(ReductionStep.Add, 0, 1, head));
        int end = head + (vectors * Lanes);
        if (end < width)
            items.Add(new ReductionSegment(ReductionStep.Add, end, 1, width - end));
        return ProgramParts.Plan(width, new ReductionChain(NumericFormat.Fp32, items.ToImmutable()));
    }

    /// <summary>The even vectors, plus the odd ones, plus a last even one that has no partner.</summary>
    private static ReductionChain Lane(int start, int vectors)
    {
        int pairs = vectors / 2;
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        if (pairs > 0)
        {
            items.Add(new ReductionSegment(ReductionStep.Add, start, 2 * Lanes, pairs));
            items.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.Add, start + Lanes, 2 * Lanes, pairs)]));
        }

        if (vectors % 2 == 1)
            items.Add(new ReductionSegment(ReductionStep.Add, start + (2 * pairs * Lanes), 1, 1));
        return new ReductionChain(NumericFormat.Fp32, items.ToImmutable());
    }
}
