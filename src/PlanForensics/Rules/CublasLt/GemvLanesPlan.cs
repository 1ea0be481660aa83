using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.CublasLt;

/// <summary>
/// <c>gemv13</c>: in tile t lane l owns the V terms from t V W + l V on; CC tiles form a chunk with an accumulator of its own, chunk totals are added left to right, and the
/// lanes' totals merge as a count-down butterfly or left to right.
/// </summary>
/// <param name="AlgoId">ALGO_ID.</param>
/// <param name="Recipe">V, W, CC and the lane merge.</param>
/// <param name="Splits">SPLITK_NUM: contiguous slices of ceil(K / splits) terms, each reduced like a whole product; partials are added forward in binary32.</param>
public sealed record GemvLanesPlan(int AlgoId, GemvLaneRecipe Recipe, int Splits) : CublasLtPlan(AlgoId)
{
    private const int LongestPlannedVector = 64;

    /// <inheritdoc/>
    public override string Mode => "gemv13";

    internal override GemmPlan? ToGemm(CublasLtTarget target)
    {
        int vector = Recipe.VectorFor(SliceK(target.Depth));
        return Recipe.ChunkTiles != 0 || vector > LongestPlannedVector
            ? null
            : target.CudaCore() with
            {
                SplitK = Splits,
                Lanes = new LaneTree { Lanes = Recipe.Lanes, Vector = vector, Merge = Recipe.CountsDown ? MergeOrder.Butterfly : MergeOrder.Forward },
            };
    }

    internal override ReductionChain ToChain(CublasLtTarget target)
    {
        int sliceK = SliceK(target.Depth);
        int vector = Recipe.VectorFor(sliceK);
        var slices = ImmutableArray.CreateBuilder<ReductionItem>();
        for (long start = 0; start < target.Depth; start += sliceK)
            slices.Add(Slice((int)start, (int)Math.Min(start + sliceK, target.Depth), vector));
        return new ReductionChain(NumericFormat.Fp32, slices.ToImmutable());
    }

    private int SliceK(int depth) => (int)(((long)depth + Splits - 1) / Splits);

    private ReductionChain Slice(int start, int end, int vector)
    {
        var lanes = new ReductionChain?[Recipe.Lanes];
        for (int lane = 0; lane < lanes.Length; lane++)
            lanes[lane] = Lane(start + ((long)lane * vector), end, vector);
        return ChainMerge.Merge(lanes, Recipe.CountsDown ? MergeOrder.Butterfly : MergeOrder.Forward, NumericFormat.Fp32);
    }

    /// <summary>The chunks of one lane whose first term is given, or null for a lane without terms.</summary>
    private ReductionChain? Lane(long first, int end, int vector)
    {
        long tile = (long)vector * Recipe.Lanes;
        var chunks = ImmutableArray.CreateBuilder<ReductionItem>();
        var chunk = ImmutableArray.CreateBuilder<ReductionItem>();
        int tiles = 0;
        for (long start = first; start < end; start += tile)
        {
            chunk.Add(new ReductionSegment(ReductionStep.Fma, (int)start, 1, (int)Math.Min(vector, end - start)));
            if (++tiles != Recipe.ChunkTiles)
                continue;
            chunks.Add(new ReductionChain(NumericFormat.Fp32, chunk.DrainToImmutable(), null, startsAtZero: true));
            tiles = 0;
        }

        if (chunk.Count > 0)
            chunks.Add(new ReductionChain(NumericFormat.Fp32, chunk.DrainToImmutable(), null, startsAtZero: true));
        return chunks.Count == 0 ? null : new ReductionChain(NumericFormat.Fp32, chunks.ToImmutable());
    }
}
