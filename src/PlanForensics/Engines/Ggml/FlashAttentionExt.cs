using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's <c>flash_attn_ext</c> on a CPU: which of its three ways runs, from shape, format and threads.</summary>
/// <remarks>
/// <para>Current builds: one query row of one stream that sees 512 keys or more is cut into one chunk a thread (so the thread count changes bits, and one thread still goes through the merge); 64 rows or more with a value
/// dimension that fills vector registers (a multiple of 16, AVX2: 8) are tiled by 64 keys, with fp32 queries and sequential scores; everything else walks keys with a <c>vec_dot</c> a score, queries rounded to the keys'
/// format, and accumulates in the values' format. Before tiling and chunks (February 2025) keys were always walked, and gcc left the running sum unfused.</para>
/// <para>Not covered: quantised keys or values, ALiBi, a soft cap, sinks. Source: ggml commits d99724f2 and c392e509, gcc 12.2 -O3, recorded results (the old build with fp16 keys only).</para>
/// </remarks>
/// <param name="vectors">Vector instructions of the build.</param>
/// <param name="old">Whether the build is older than tiles and chunks.</param>
public sealed class FlashAttentionExt(GgmlVectors vectors, bool old = false)
{
    private const int TiledRows = 64;
    private const int CutKeys = 512;

    /// <summary><c>ggml.flash_attn_ext.avx512</c>, <c>.avx2</c>, and <c>.old</c> after it.</summary>
    public string Name { get; } = $"ggml.flash_attn_ext.{GgmlNames.Of(vectors)}{(old ? ".old" : "")}";

    /// <summary>The plan of a call.</summary>
    /// <param name="key">Shape, format, threads.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    public PlanDecision PlanFor(FlashAttentionKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Cache is not (NumericFormat.Fp32 or NumericFormat.Fp16))
            return PlanDecision.Decline($"the rule covers fp32 and fp16 keys and values; got {NumericFormats.NameOf(key.Cache)}");
        int lanes = vectors == GgmlVectors.Avx512 ? 16 : 8;
        MathPath math = vectors == GgmlVectors.Avx512 ? MathPath.Ggml16 : MathPath.Ggml8;
        bool cut = !old && key.Rows == 1 && key.Streams == 1 && key.Keys >= CutKeys;
        if (!old && !cut && key.Rows >= TiledRows && key.ValueDimension % lanes == 0)
            return PlanDecision.Of(new FlashAttentionPlan { Walk = FlashWalk.Tiles, Fold = lanes, Math = math, Scores = new GemmPlan { StartsAtZero = true } });
        return PlanDecision.Of(new FlashAttentionPlan
        {
            Chunks = cut ? key.Threads : 0,
            Accumulator = key.Cache,
            Sum = old ? ReductionStep.MulAdd : ReductionStep.Fma,
            Math = math,
            Scores = new VecDot(vectors, key.Cache).PlanFor(key.HeadDimension),
        });
    }
}
