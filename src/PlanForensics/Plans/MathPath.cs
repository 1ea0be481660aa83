namespace PlanForensics.Plans;

/// <summary>Which implementation of a transcendental function ran. <see cref="CudaApprox"/> is a name for contracts; engines refuse it.</summary>
public enum MathPath
{
    /// <summary><c>Numerics.PortableMath</c>: IEEE operations only (<c>portable</c>).</summary>
    Portable,

    /// <summary>glibc's expf, sinf, cosf (<c>glibc</c>).</summary>
    Glibc,

    /// <summary>Sleef, u10 variants, as ATen uses (<c>sleef</c>).</summary>
    Sleef,

    /// <summary>MLAS, as ONNX Runtime uses (<c>mlas</c>).</summary>
    Mlas,

    /// <summary>ggml's vector exp with AVX-512, glibc's expf elsewhere (<c>ggml16</c>).</summary>
    Ggml16,

    /// <summary>ggml's vector exp with AVX2 and FMA, glibc's expf elsewhere (<c>ggml8</c>).</summary>
    Ggml8,

    /// <summary>ggml's vector exp with SSE2 and without FMA, glibc's expf elsewhere (<c>ggml4</c>).</summary>
    Ggml4,

    /// <summary>CUDA's approximate instructions (<c>cuda_approx</c>).</summary>
    CudaApprox,
}
