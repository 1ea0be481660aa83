namespace PlanForensics.Engines.Ggml;

/// <summary>The vector instructions that a build of ggml's CPU backend uses.</summary>
public enum GgmlVectors
{
    /// <summary>AVX-512, with avx512_bf16 for bf16 weights (<c>avx512</c>).</summary>
    Avx512,

    /// <summary>AVX-512 without avx512_bf16: another order for bf16 weights only (<c>avx512f</c>).</summary>
    Avx512F,

    /// <summary>AVX2, FMA and F16C (<c>avx2</c>).</summary>
    Avx2,
}
