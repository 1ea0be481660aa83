using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneMkl;

/// <summary>The orders of oneMKL's SSE code for vectors: terms up to an aligned address one by one, lanes of four, the rest one by one; products are rounded, then added.</summary>
internal static class VectorOrders
{
    private const int Width = 4;

    /// <summary>One accumulator.</summary>
    public static GemmPlan Sequential { get; } = new() { Step = ReductionStep.MulAdd, StartsAtZero = true };

    /// <summary>
    /// Lanes after a peeled start that goes on in lane 0. One accumulator of four lanes, or two of them where <paramref name="double"/>; lanes are added <c>(l0 + l2) + (l1 + l3)</c>, the second accumulator to
    /// the first before; terms that fill no whole step follow one by one.
    /// </summary>
    /// <param name="k">Terms.</param>
    /// <param name="peeled">Terms taken one by one at the start.</param>
    /// <param name="double">Whether there are two accumulators.</param>
    /// <param name="step">Terms of a whole step; 0 for as many as there are lanes.</param>
    public static OperatorPlan Lanes(int k, int peeled, bool @double, int step = 0)
    {
        int lanes = @double ? 2 * Width : Width;
        step = step == 0 ? lanes : step;
        peeled = Math.Min(peeled, k);
        int end = peeled + ((k - peeled) / step * step);
        if (peeled == 0 && end == k)
            return new GemmPlan { Step = ReductionStep.MulAdd, Lanes = new LaneTree { Lanes = lanes }, StartsAtZero = true };
        if (end == peeled)
            return Sequential;
        ReductionChain?[] chains = ProgramParts.Lanes(ReductionStep.MulAdd, lanes, peeled, end);
        if (peeled > 0)
            chains[0] = new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.MulAdd, 0, 1, peeled), .. chains[0]!.Items], null, startsAtZero: true);
        ReductionChain sum = (@double ? ProgramParts.Fold(chains, 4, 2, 1) : ProgramParts.Fold(chains, 2, 1))!;
        return ProgramParts.Plan(k, end == k ? sum : new ReductionChain(NumericFormat.Fp32, [sum, new ReductionSegment(ReductionStep.MulAdd, end, 1, k - end)]));
    }

    /// <summary>Columns before an output row's first aligned address: four terms one by one, four as a group, and so on; what is left over one by one.</summary>
    public static OperatorPlan Unaligned(int k)
    {
        if (k < 2 * Width)
            return Sequential;
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        int start = 0;
        for (; start + (2 * Width) <= k; start += 2 * Width)
        {
            items.Add(new ReductionSegment(ReductionStep.MulAdd, start, 1, Width));
            items.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.MulAdd, start + Width, 1, Width)]));
        }

        if (k > start)
            items.Add(new ReductionSegment(ReductionStep.MulAdd, start, 1, k - start));
        return ProgramParts.Plan(k, new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true));
    }
}
