using PlanForensics.Numerics;

namespace PlanForensics.Engines.Ggml;

/// <summary>Words of ggml's types and builds in names of families.</summary>
internal static class GgmlNames
{
    public static string Of(GgmlVectors vectors) => vectors switch
    {
        GgmlVectors.Avx512 => "avx512",
        GgmlVectors.Avx512F => "avx512f",
        GgmlVectors.Avx2 => "avx2",
        _ => throw new ArgumentOutOfRangeException(nameof(vectors), vectors, "expected avx512, avx512f or avx2"),
    };

    /// <summary>fp32 lanes of a register.</summary>
    public static int Lanes(GgmlVectors vectors) => vectors == GgmlVectors.Avx2 ? 8 : 16;

    public static string Of(NumericFormat weights) => weights switch
    {
        NumericFormat.Fp16 => "f16",
        NumericFormat.Bf16 => "bf16",
        NumericFormat.Fp32 => "f32",
        _ => throw new ArgumentException($"weights are fp32, fp16 or bf16; got {NumericFormats.NameOf(weights)}", nameof(weights)),
    };
}
