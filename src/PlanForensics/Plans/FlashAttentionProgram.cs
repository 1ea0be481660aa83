using System.Collections.Immutable;
using System.Globalization;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of ggml's <c>flash_attn_ext</c> for one query row that sees <see cref="KeyCount"/> keys.</summary>
/// <remarks>
/// <para>Score of key j: <c>s_j = fl(fl(Scores(q, k_j) * scale) + mask_j)</c>, without the addition where there is no mask. All in binary32 unless said; M starts at -inf, S and O at +0.0.</para>
/// <para>Keys: a key whose mask is -inf is passed over. Where <c>s_j &gt; M</c>: <c>r = exp(fl(M - s_j))</c>, <c>O = fl(O * r)</c>, <c>M = s_j</c>, <c>p = 1</c>; else <c>r = 1</c>, <c>p = exp(fl(s_j - M))</c>.
/// Then <c>O = fma(v_j, p, O)</c> and <c>S = fma(S, r, p)</c> (muladd: <c>fl(fl(S * r) + p)</c>). With an fp16 accumulator every O is rounded to binary32 and then to binary16.</para>
/// <para>Tiles: t is the tile's largest score; a tile of -inf is passed over. Where <c>t &gt; M</c>: <c>r = exp(fl(M - t))</c>, <c>O = fl(O * r)</c>, <c>S = fl(S * r)</c>, <c>M = t</c>. <c>p_j = vexp(fl(s_j - M))</c>; every
/// Fold successive p (a short last tile is filled up with zeros) are folded, <c>x[i] = fl(x[i] + x[i + h])</c> for h = Fold/2 .. 1, and the folds are added in binary64 in order, to T;
/// <c>S = fl(S + T)</c>, the sum in binary64. Then <c>O = fma(p_j, v_j, O)</c> for the keys of the tile in order. exp and vexp differ for ggml's math paths only.</para>
/// <para>Chunks (each walked by keys): from M = -inf, S = 0, O = 0, in order; a chunk with S_c = 0 is passed over. <c>N = max(M, M_c)</c>, <c>a = exp(fl(M - N))</c>, <c>b = exp(fl(M_c - N))</c>,
/// <c>O = fma(O, a, fl(O_c * b))</c>, <c>S = fma(S, a, fl(S_c * b))</c>, <c>M = N</c>.</para>
/// <para>Output: <c>fl(O * fl(1 / S))</c>; where S = 0, <c>fl(O * 0)</c>. A NaN is canonical. Not part of the program: a soft cap, sinks; ALiBi slopes are part of the mask. Bitwise: identical on every machine.
/// Source: ggml-cpu's ops.cpp as gcc 12.2 -O3 compiles it (which products are fused is the compiler's choice), checked on recorded results.</para>
/// </remarks>
public sealed class FlashAttentionProgram : OperatorProgram
{
    internal FlashAttentionProgram(FlashAttentionPlan plan, int keyCount, ReductionProgram scores)
        : base(Print(plan, keyCount, scores))
    {
        (Walk, Tile, Fold, KeyCount, Scores, Accumulator, FusedSum, Math) =
            (plan.Walk, plan.Tile, plan.Fold, keyCount, scores, plan.Accumulator, plan.Sum == ReductionStep.Fma, PathOf(plan));
        Chunks = Cut(plan, keyCount);
    }

    /// <summary>How keys are walked.</summary>
    public FlashWalk Walk { get; }

    /// <summary>Keys of a tile.</summary>
    public int Tile { get; }

    /// <summary>Exponentials that are folded in binary32.</summary>
    public int Fold { get; }

    /// <summary>Keys that the query sees.</summary>
    public int KeyCount { get; }

    /// <summary>Program of one score over the head dimension.</summary>
    public ReductionProgram Scores { get; }

    /// <summary>Format in which weighted values are accumulated key by key.</summary>
    public NumericFormat Accumulator { get; }

    /// <summary>Whether the running sum is rescaled by fma.</summary>
    public bool FusedSum { get; }

    /// <summary>exp implementation; key by key ggml's paths are glibc.</summary>
    public MathPath Math { get; }

    /// <summary>Chunks as (first key, keys), merged in order; empty when the keys are not cut.</summary>
    public ImmutableArray<(int Start, int Count)> Chunks { get; }

    /// <summary>Key by key ggml takes glibc's expf only.</summary>
    private static MathPath PathOf(FlashAttentionPlan plan) =>
        plan is { Walk: FlashWalk.Keys, Math: MathPath.Ggml16 or MathPath.Ggml8 or MathPath.Ggml4 } ? MathPath.Glibc : plan.Math;

    private static ImmutableArray<(int Start, int Count)> Cut(FlashAttentionPlan plan, int keyCount)
    {
        if (plan.Chunks == 0)
            return [];
        int size = ((keyCount - 1) / plan.Chunks) + 1;
        return [.. Enumerable.Range(0, ((keyCount - 1) / size) + 1).Select(chunk => (chunk * size, System.Math.Min(size, keyCount - (chunk * size))))];
    }

    private static string Print(FlashAttentionPlan plan, int keyCount, ReductionProgram scores)
    {
        string walk = plan.Walk == FlashWalk.Tiles
            ? string.Create(CultureInfo.InvariantCulture, $"walk=tiles tile={plan.Tile} fold={plan.Fold}")
            : $"walk=keys acc={NumericFormats.NameOf(plan.Accumulator)} sum={plan.Sum}";
        string chunks = string.Concat(Cut(plan, keyCount).Select(chunk => string.Create(CultureInfo.InvariantCulture, $"{(chunk.Start == 0 ? " chunks=" : ",")}{chunk.Start}+{chunk.Count}")));
        return string.Create(CultureInfo.InvariantCulture, $"flash keys={keyCount} {walk} math={PlanNames.Of(PathOf(plan))}{chunks} scores: {scores.Text}");
    }
}
