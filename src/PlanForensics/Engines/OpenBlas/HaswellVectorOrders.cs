using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>The orders of OpenBLAS's sgemv kernels for Haswell and Zen.</summary>
internal static class HaswellVectorOrders
{
    /// <summary>Weights as (K, N): groups of eight terms, then four, each an fma sum added to the output; up to three terms left over are multiplied and added one by one.</summary>
    /// <param name="k">Terms.</param>
    /// <param name="two">Whether a group is summed on two accumulators, even and odd terms (the first columns, where they fill no 16).</param>
    public static OperatorPlan Groups(int k, bool two)
    {
        if (!two && k % 8 == 0)
            return new GemmPlan { BlockK = 8, StartsAtZero = true };
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        int start = 0;
        foreach (int length in (int[])[8, 4])
            for (; start + length <= k; start += length)
                items.Add(Group(start, length, two));
        if (k > start)
            items.Add(new ReductionSegment(ReductionStep.MulAdd, start, 1, k - start));
        return ProgramParts.Plan(k, new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true));
    }

    /// <summary>Up to three columns left over after fours: products one by one; where these are all the columns there are, in pairs, or for one column in fours.</summary>
    public static OperatorPlan Scalar(int k, int columns)
    {
        int length = columns switch { 1 => 4, 2 or 3 => 2, _ => 0 };
        int end = length == 0 ? 0 : k / 4 * 4;
        if (end == 0)
            return new GemmPlan { Step = ReductionStep.MulAdd, StartsAtZero = true };
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int start = 0; start < end; start += length)
            items.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.MulAdd, start, 1, length)]));
        if (k > end)
            items.Add(new ReductionSegment(ReductionStep.MulAdd, end, 1, k - end));
        return ProgramParts.Plan(k, new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true));
    }

    /// <summary>Weights as (N, K): eight lanes over blocks of 4,096 terms, a first four in the lower half; halves are added, then neighbours; up to three terms left over are one group.</summary>
    /// <param name="k">Terms.</param>
    /// <param name="lanes">8, or 4 for columns of SSE code.</param>
    /// <param name="step">fma, or muladd for columns of SSE code.</param>
    public static OperatorPlan Lanes(int k, int lanes, ReductionStep step)
    {
        const int Block = 4096;
        int end = k / 4 * 4;
        if (end == k && k <= Block && lanes == 4)
            return new GemmPlan { Step = step, Lanes = new LaneTree { Lanes = 4, Merge = MergeOrder.Neighbours }, StartsAtZero = true };
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int start = 0; start < end; start += Block)
            items.Add(Block8(start, Math.Min(end, start + Block), lanes, step));
        if (k - end == 1)
            items.Add(new ReductionSegment(ReductionStep.MulAdd, end, 1, 1));
        else if (k > end)
            items.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.MulAdd, end, 1, k - end)]));
        return ProgramParts.Plan(k, new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true));
    }

    private static ReductionChain Group(int start, int length, bool two) => two
        ? new ReductionChain(NumericFormat.Fp32, [ProgramParts.Run(ReductionStep.Fma, start, length / 2, 2), ProgramParts.Run(ReductionStep.Fma, start + 1, length / 2, 2)])
        : ProgramParts.Run(ReductionStep.Fma, start, length);

    private static ReductionChain Block8(int start, int end, int lanes, ReductionStep step)
    {
        int first = lanes == 8 ? (end - start) % 8 : 0;
        ReductionChain?[] chains = ProgramParts.Lanes(step, lanes, start + first, end);
        for (int lane = 0; lane < first; lane++)
            chains[lane] = new ReductionChain(
                NumericFormat.Fp32, [new ReductionSegment(step, start + lane, 1, 1), .. chains[lane]?.Items ?? []], null, startsAtZero: true);
        return (lanes == 8 ? ProgramParts.Fold(chains, 4, 1, 2) : ProgramParts.Fold(chains, 1, 2))!;
    }
}
