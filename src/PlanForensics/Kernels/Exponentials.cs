using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>exp by its math path. ggml has two: a vector form for full registers and glibc's for single values.</summary>
internal static class Exponentials
{
    /// <summary>Whether a path has an exp that can be replayed.</summary>
    public static bool Has(MathPath path) => path is not MathPath.CudaApprox;

    /// <summary>exp of single values.</summary>
    public static Func<float, float> Scalar(MathPath path) => path switch
    {
        MathPath.Portable => PortableMath.Exp,
        MathPath.Glibc or MathPath.Ggml16 or MathPath.Ggml8 => GlibcMath.Exp,
        MathPath.Sleef => SleefMath.Exp,
        MathPath.Mlas => MlasMath.Exp,
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no exp of this path is replayed"),
    };

    /// <summary>exp of full vector registers.</summary>
    public static Func<float, float> Vector(MathPath path) => path switch
    {
        MathPath.Ggml16 => GgmlMath.Exp16,
        MathPath.Ggml8 => GgmlMath.Exp8,
        _ => Scalar(path),
    };
}
