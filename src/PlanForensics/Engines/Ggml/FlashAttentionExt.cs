using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>flash_attn_ext</c> on a CPU: which of its three ways runs, from shape, format and threads.</summary>
/// <remarks>
/// <para>Current builds: one query row of one stream that sees 512 keys or more is cut into one chunk a thread (so the thread count changes bits, and one thread still goes through the merge); 64 rows or more with a value
/// dimension that fills vector registers (a multiple of 16, AVX2: 8) are tiled by 64 keys, with fp32 queries and sequential scores; everything else walks keys with a <c>vec_dot</c> a score, queries rounded to the keys'
/// format, and accumulates in the values' format. Before tiling and chunks (February 2025) keys were always walked. Whether the running sum of keys is fused is the compiler's choice.</para>
/// <para>Not covered: quantised keys or values, a soft cap, sinks. ALiBi only changes the mask. Source: ggml commits d99724f2 and c392e509 (gcc 12.2 -O3, recorded results; the old build with fp16 keys only); llama.cpp v0.5.0's
/// release binaries (gcc 11.4), run on random shapes.</para>
/// </remarks>
/// <param name="vectors">Vector instructions of the build.</param>
/// <param name="build">Version and compiler.</param>
public sealed class FlashAttentionExt(GgmlVectors vectors, FlashAttentionBuild build)
{
    private const int TiledRows = 64;
    private const int CutKeys = 512;

    /// <summary><c>ggml.flash_attn_ext.avx512</c>, <c>.avx2</c>, and <c>.unfused</c> or <c>.old</c> after it.</summary>
    public string Name { get; } = $"ggml.flash_attn_ext.{GgmlNames.Of(vectors)}" + build switch { FlashAttentionBuild.Unfused => ".unfused", FlashAttentionBuild.KeysOnly => ".old", _ => "" };

    /// <summary>The plan of a call.</summary>
    /// <param name="key">Shape, format, threads.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    public PlanDecision PlanFor(FlashAttentionKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Cache is not (NumericFormat.Fp32 or NumericFormat.Fp16))
            return PlanDecision.Decline($"the rule covers fp32 and fp16 keys and values; got {NumericFormats.NameOf(key.Cache)}");
        int lanes = GgmlNames.Lanes(vectors);
        MathPath math = lanes == 16 ? MathPath.Ggml16 : MathPath.Ggml8;
        bool old = build == FlashAttentionBuild.KeysOnly;
        bool cut = !old && key.Rows == 1 && key.Streams == 1 && key.Keys >= CutKeys;
        if (!old && !cut && key.Rows >= TiledRows && key.ValueDimension % lanes == 0)
            return PlanDecision.Of(new FlashAttentionPlan { Walk = FlashWalk.Tiles, Fold = lanes, Math = math, Scores = new GemmPlan { StartsAtZero = true } });
        return PlanDecision.Of(new FlashAttentionPlan
        {
            Chunks = cut ? key.Threads : 0,
            Accumulator = key.Cache,
            Sum = build == FlashAttentionBuild.Fused ? ReductionStep.Fma : ReductionStep.MulAdd,
            Math = math,
            Scores = new VecDot(vectors, key.Cache).PlanFor(key.HeadDimension),
        });
    }
}
