using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>
/// The order of ggml's <c>vec_dot</c> over K terms: full steps of several accumulators, their fold, and the terms left over, which gcc 12.2 -O3 compiles in two ways (f32) or which are added in
/// binary64 (f16, bf16).
/// </summary>
internal static class VecDotOrder
{
    /// <summary>A <c>gemm</c> plan where its fields express the order, else a <c>program{...}</c>.</summary>
    public static OperatorPlan For(GgmlVectors vectors, NumericFormat weights, int depth)
    {
        int step = vectors == GgmlVectors.Avx2 || (vectors == GgmlVectors.Avx512F && weights == NumericFormat.Bf16) ? 32 : 64;
        if (depth % step == 0 && Whole(vectors, weights) is { } plan)
            return plan;
        int full = depth - (depth % step);
        ImmutableArray<ReductionItem> folds = full == 0 ? [] : Folds(vectors, weights, full, step);
        bool narrow = weights == NumericFormat.Fp32;
        NumericFormat accumulator = narrow || full == depth ? NumericFormat.Fp32 : NumericFormat.Fp64;
        ImmutableArray<ReductionItem> tail = full == depth ? [] : narrow ? Tail(full, depth, GgmlNames.Lanes(vectors) / 2) : WideTail(full, depth);
        return new ProgramPlan(new ReductionProgram(
            depth, new ReductionChain(accumulator, [.. folds, .. tail], null, folds.IsEmpty), weights, weights, [new EpilogueStep(EpilogueKind.Round, NumericFormat.Fp32)]));
    }

    private static GemmPlan? Whole(GgmlVectors vectors, NumericFormat weights) => (vectors, weights) switch
    {
        (GgmlVectors.Avx512, NumericFormat.Bf16) => new GemmPlan
        {
            Step = ReductionStep.Bf16Pair, Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 32, Vector = 2, Warp = 16 },
        },
        (GgmlVectors.Avx512F, NumericFormat.Bf16) => new GemmPlan { Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 32, Warp = 16 } },
        (GgmlVectors.Avx512 or GgmlVectors.Avx512F, _) => new GemmPlan { Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 64 } },
        (_, NumericFormat.Bf16) => new GemmPlan { Operand = weights, StartsAtZero = true, Lanes = new LaneTree { Lanes = 32 } },
        _ => null, // horizontal additions of neighbours after a butterfly
    };

    /// <summary>The finished sums of the full steps, in the order in which the result takes them.</summary>
    private static ImmutableArray<ReductionItem> Folds(GgmlVectors vectors, NumericFormat weights, int full, int step)
    {
        if (vectors == GgmlVectors.Avx512 && weights == NumericFormat.Bf16)
        {
            ReductionChain[] lanes = [.. Enumerable.Range(0, 32).Select(lane => Chain(
                Enumerable.Range(0, full / step).Select(block => (ReductionItem)new ReductionSegment(ReductionStep.Bf16Pair, (block * step) + (2 * lane), 1, 2))))];
            return [Butterfly(lanes[..16]), Butterfly(lanes[16..])];
        }

        ReductionChain[] sums = [.. Enumerable.Range(0, step).Select(lane => Chain([new ReductionSegment(ReductionStep.Fma, lane, step, full / step)]))];
        if (vectors == GgmlVectors.Avx512F && weights == NumericFormat.Bf16)
            return [Butterfly(sums[..16]), Butterfly(sums[16..])];
        if (vectors != GgmlVectors.Avx2 || weights == NumericFormat.Bf16)
            return [Butterfly(sums)];
        ReductionChain?[] quarters = [.. Enumerable.Range(0, 4).Select(lane => Butterfly([.. Enumerable.Range(0, 8).Select(part => sums[lane + (4 * part)])]))];
        return [ChainMerge.Merge(quarters, MergeOrder.Neighbours, NumericFormat.Fp32)];
    }

    /// <summary>Terms left over, in binary32: gcc multiplies whole vectors first, adding their rounded products one by one, and fuses what is left.</summary>
    private static ImmutableArray<ReductionItem> Tail(int full, int depth, int vector)
    {
        int multiplied = (depth - full) / vector * vector;
        var items = ImmutableArray.CreateBuilder<ReductionItem>(2);
        if (multiplied > 0)
            items.Add(new ReductionSegment(ReductionStep.MulAdd, full, 1, multiplied));
        if (full + multiplied < depth)
            items.Add(new ReductionSegment(ReductionStep.Fma, full + multiplied, 1, depth - full - multiplied));
        return items.ToImmutable();
    }

    private static ImmutableArray<ReductionItem> WideTail(int full, int depth) =>
        [new ReductionSegment(ReductionStep.MulAddProduct(NumericFormat.Fp32), full, 1, depth - full)];

    private static ReductionChain Chain(IEnumerable<ReductionItem> items) => new(NumericFormat.Fp32, [.. items], null, startsAtZero: true);

    private static ReductionChain Butterfly(ReductionChain?[] chains) => ChainMerge.Merge(chains, MergeOrder.Butterfly, NumericFormat.Fp32);
}
