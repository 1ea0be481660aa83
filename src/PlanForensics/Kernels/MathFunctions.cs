using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>The elementary functions by the path that a plan names.</summary>
internal static class MathFunctions
{
    /// <summary>Whether the path has an exponential that is replayed.</summary>
    public static bool HasExp(MathPath path) => path != MathPath.CudaApprox;

    public static float Exp(MathPath path, float value) => path switch
    {
        MathPath.Portable => PortableMath.Exp(value),
        MathPath.Glibc => GlibcMath.Exp(value),
        MathPath.Sleef => SleefMath.Exp(value),
        MathPath.Mlas => MlasMath.Exp(value),
        MathPath.Ggml16 => GgmlMath.Exp16(value),
        MathPath.Ggml8 => GgmlMath.Exp8(value),
        MathPath.Ggml4 => GgmlMath.Exp4(value),
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no exponential of this path is known"),
    };

    /// <summary>Exponentials in place.</summary>
    public static void Exp(MathPath path, Span<float> values)
    {
        if (path == MathPath.Portable)
        {
            PortableMath.Exp(values, values);
            return;
        }

        foreach (ref float value in values)
            value = Exp(path, value);
    }

    /// <summary>Exponentials in place: the first <paramref name="vectorised"/> by one path, the rest by another.</summary>
    public static void Exp(MathPath path, MathPath tail, int vectorised, Span<float> values)
    {
        Exp(path, values[..vectorised]);
        Exp(tail, values[vectorised..]);
    }
}
