using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>
/// <c>gemv14</c>: two kernels, <c>dot_kernel</c> and <c>reduce_1Block_kernel</c>. Tiles of 128 V terms go to the blocks in turn; in a tile thread t owns the V terms from t V on, each
/// in an accumulator of its own that runs over the block's tiles; a thread adds its V accumulators, and the 128 threads merge as a count-down butterfly. The second kernel adds the
/// blocks' partials p: <c>q[t] = p[t] + p[t+128] + ...</c>, <c>q[t] += q[t+64]</c>, <c>q[t] += q[t+32]</c>, <c>u[j] = q[j] + q[4+j] + ... + q[28+j]</c>, <c>((u0 + u1) + u2) + u3</c>.
/// </summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="Blocks">SPLITK_NUM: blocks of the first kernel.</param>
/// <param name="Vector">V: 2 where N is 1, else 1.</param>
public sealed record GemvBlocksPlan(int AlgoId, int Blocks, int Vector) : CublasLtPlan(AlgoId)
{
    private const int Threads = 128;

    private const int Sums = 4;

    /// <inheritdoc/>
    public override string Mode => "gemv14";

    internal override GemmPlan? ToGemm(CublasLtTarget target) => null;

    internal override ReductionChain ToChain(CublasLtTarget target)
    {
        long tiles = ((long)target.Depth + (Threads * Vector) - 1) / (Threads * Vector);
        var partials = new ReductionChain[(int)Math.Min(Blocks, tiles)];
        for (int block = 0; block < partials.Length; block++)
            partials[block] = Block(block, target.Depth);
        var q = new ReductionChain?[Threads];
        for (int thread = 0; thread < Threads; thread++)
            q[thread] = Sum(Enumerable.Range(0, partials.Length).Where(block => block % Threads == thread).Select(block => partials[block]));
        for (int half = Threads / 2; half >= Threads / 4; half /= 2)
            for (int thread = 0; thread < half; thread++)
                q[thread] = Sum([q[thread], q[thread + half]]);
        return Sum(Enumerable.Range(0, Sums).Select(j => Sum(q.Take(Threads / 4).Where((_, thread) => thread % Sums == j))))!;
    }

    private ReductionChain Block(int block, int depth)
    {
        var threads = new ReductionChain?[Threads];
        for (int thread = 0; thread < Threads; thread++)
        {
            int first = thread * Vector;
            threads[thread] = Sum(Enumerable.Range(0, Vector).Select(offset => Accumulator(block, first + offset, depth)));
        }

        return ChainMerge.Merge(threads, MergeOrder.Butterfly, NumericFormat.Fp32);
    }

    /// <summary>One accumulator of a thread: the same place in each of the block's tiles.</summary>
    private ReductionChain? Accumulator(int block, int place, int depth)
    {
        long start = ((long)block * Threads * Vector) + place;
        if (start >= depth)
            return null;
        long stride = (long)Blocks * Threads * Vector;
        int count = (int)((depth - 1 - start) / stride) + 1;
        return new ReductionChain(
            NumericFormat.Fp32, [new ReductionSegment(ReductionStep.Fma, (int)start, count == 1 ? 1 : (int)stride, count)], null, startsAtZero: true);
    }

    /// <summary>Adds from left to right; what has no terms is an exact +0.0 and takes no part.</summary>
    private static ReductionChain? Sum(IEnumerable<ReductionChain?> chains)
    {
        ImmutableArray<ReductionItem> items = [.. chains.Where(chain => chain is not null).Cast<ReductionItem>()];
        return items.Length == 0 ? null : new ReductionChain(NumericFormat.Fp32, items);
    }
}
