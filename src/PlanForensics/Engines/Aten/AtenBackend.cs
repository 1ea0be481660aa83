namespace PlanForensics.Engines.Aten;

/// <summary>Which kernels a PyTorch build runs on a processor: everything but the shapes that decides its bits.</summary>
/// <param name="Capability">Build of the row-wise kernels.</param>
/// <param name="Gemm">The library behind large matrix products: OpenBLAS of a core for fp32, oneDNN for bf16.</param>
/// <param name="GemmThreads">Threads of that library. OpenBLAS keeps a pool of its own: torch.set_num_threads does not change it, OPENBLAS_NUM_THREADS and OMP_NUM_THREADS do.</param>
public sealed record AtenBackend(AtenCapability Capability, IGemmFamily Gemm, int GemmThreads = 1)
{
    /// <summary>Name in reports, for example <c>openblas.haswell.sgemm, aten.avx2</c>.</summary>
    public string Name => $"{Gemm.Name}, {AtenNames.Of(Capability)}";
}
