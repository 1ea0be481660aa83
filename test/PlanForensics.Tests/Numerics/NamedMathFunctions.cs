using PlanForensics.Numerics;

namespace PlanForensics.Tests.Numerics;

/// <summary>The library functions by name.</summary>
internal static class NamedMathFunctions
{
    public static readonly string[] Exponentials = ["glibc", "sleef", "mlas", "ggml16", "ggml8", "ggml4"];

    public static Func<float, float> Named(string name) => name switch
    {
        "glibc" => GlibcMath.Exp,
        "glibc_sin" => GlibcMath.Sin,
        "glibc_cos" => GlibcMath.Cos,
        "sleef" => SleefMath.Exp,
        "mlas" => MlasMath.Exp,
        "ggml16" => GgmlMath.Exp16,
        "ggml8" => GgmlMath.Exp8,
        "ggml4" => GgmlMath.Exp4,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such function"),
    };
}
