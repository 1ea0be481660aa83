namespace PlanForensics.Rules.CublasLt;

/// <summary>A family of kernels behind one or more ALGO_IDs.</summary>
public enum CublasLtFamily
{
    /// <summary><c>nvjet_*</c>: matrix unit, one running accumulator over K.</summary>
    Nvjet,

    /// <summary>CUTLASS 2 kernels: matrix unit, the residue of K first.</summary>
    Cutlass,

    /// <summary><c>gemmSN_NN_kernel</c> and <c>magma_sgemmEx_kernel</c>: CUDA cores, contiguous chunks of K.</summary>
    GemmSn,

    /// <summary><c>gemv2T</c>, <c>gemv2N</c>, <c>gemvNSP</c> and <c>dot_kernel</c>: CUDA cores, lanes over K.</summary>
    Gemv,
}
