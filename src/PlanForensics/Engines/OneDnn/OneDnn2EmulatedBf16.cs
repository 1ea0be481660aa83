using System.Collections.Concurrent;
using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneDnn;

/// <summary>oneDNN 2.6's bf16 matrix product without avx512_bf16 (an older processor, or ONEDNN_MAX_CPU_ISA=AVX512_CORE): pairs are taken by two fp32 fma, the second term first.</summary>
/// <remarks>
/// <para>M >= 2: one accumulator a block of K, <c>1, 0, 3, 2, ..</c>; a last lone term alone. K up to 384 is one block, up to 1,536 two halves (the first has the odd term), above blocks of 768; blocks
/// are added in order. M = 1 with weights stored (N, K), as a linear layer's and <c>q k^T</c>: 16 lanes of pairs, lane l takes pairs l, l + 16, ..;
/// lanes are folded at distance 8, then 1, 2, 4. M = 1 with weights stored (K, N), as <c>p v</c>: every eight terms an accumulator of their own, added in order. The output is rounded to bf16 once.</para>
/// <para>Source: oneDNN 2.6.3 capped to AVX512_CORE in torch 1.13.1, compared as <see cref="OneDnn2Bf16"/> says: K from 128 to 4,096, M to 300, N to 2,000.</para>
/// </remarks>
public sealed class OneDnn2EmulatedBf16 : IGemmFamily
{
    private const int LongestChain = 384;
    private const int LongestBlock = 768;
    private const int PairLanes = 16;
    private const int Group = 8;

    private readonly ConcurrentDictionary<(int K, Order Order), OperatorPlan> _plans = new();

    private enum Order
    {
        Chain,
        Lanes,
        Groups,
    }

    /// <inheritdoc/>
    public string Name => "onednn2.avx512_core";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 operands and a bf16 output");
        if (key.M == 1 && key.WeightsTransposed is null)
            return PlanDecision.Decline("at M = 1 the order follows from the weights' layout, which the key does not say");
        Order order = key.M > 1 ? Order.Chain : key.WeightsTransposed == true ? Order.Lanes : Order.Groups;
        return PlanDecision.Of(_plans.GetOrAdd((key.K, order), static item => new ProgramPlan(new ReductionProgram(
            item.K, Root(item.K, item.Order), NumericFormat.Bf16, NumericFormat.Bf16, [new EpilogueStep(EpilogueKind.Round, NumericFormat.Bf16)]))));
    }

    private static ReductionChain Root(int depth, Order order) => order switch
    {
        Order.Chain => Blocks(depth, depth <= LongestChain ? depth : depth < 2 * LongestBlock ? (depth + 1) / 2 : LongestBlock),
        Order.Lanes => Fold([.. Enumerable.Range(0, PairLanes).Select(lane => Lane(depth, lane))]),
        _ => Blocks(depth, Group),
    };

    private static ReductionChain Blocks(int depth, int length) =>
        Of([.. Enumerable.Range(0, (depth + length - 1) / length).Select(block => (ReductionItem)Of(Pairs(block * length, Math.Min(depth, (block + 1) * length))))]);

    private static ReductionChain? Lane(int depth, int lane)
    {
        ImmutableArray<ReductionItem>.Builder items = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int start = 2 * lane; start < depth; start += 2 * PairLanes)
            items.AddRange(Pairs(start, Math.Min(depth, start + 2)));
        return items.Count == 0 ? null : Of(items.ToImmutable());
    }

    private static ReductionChain Fold(ReductionChain?[] lanes)
    {
        for (int lane = 0; lane < PairLanes / 2; lane++)
            lanes[lane] = Add(lanes[lane], lanes[lane + (PairLanes / 2)]);
        for (int distance = 1; distance < PairLanes / 2; distance *= 2)
            for (int lane = 0; lane < PairLanes / 2; lane += 2 * distance)
                lanes[lane] = Add(lanes[lane], lanes[lane + distance]);
        return lanes[0]!;
    }

    private static ReductionChain? Add(ReductionChain? left, ReductionChain? right) => left is null ? right : right is null ? left : Of([left, right]);

    private static ImmutableArray<ReductionItem> Pairs(int start, int end)
    {
        ImmutableArray<ReductionItem>.Builder items = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int k = start; k < end; k += 2)
            items.Add(k + 1 < end ? new ReductionSegment(ReductionStep.Fma, k + 1, -1, 2) : new ReductionSegment(ReductionStep.Fma, k, 1, 1));
        return items.ToImmutable();
    }

    private static ReductionChain Of(ImmutableArray<ReductionItem> items) => new(NumericFormat.Fp32, items);
}
