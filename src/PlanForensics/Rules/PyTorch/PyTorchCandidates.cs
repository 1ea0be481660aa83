using PlanForensics.Contracts;
using PlanForensics.Engines;
using PlanForensics.Engines.Aten;
using PlanForensics.Engines.OneDnn;
using PlanForensics.Numerics;

namespace PlanForensics.Rules.PyTorch;

/// <summary>All ways that a PyTorch 1.13 process on an x86 CPU could have run a decoder, and those that an environment leaves.</summary>
public static class PyTorchCandidates
{
    private const string OpenBlas = "openblas.";
    private const string Sgemm = ".sgemm";

    /// <summary>Lists every candidate: cores by capabilities by batch sizes and library threads in fp32, oneDNN's instruction sets instead of cores and threads in bf16.</summary>
    /// <param name="decoder">The decoder's sizes and format.</param>
    /// <param name="batches">Batch sizes.</param>
    /// <param name="threads">Thread counts of OpenBLAS.</param>
    /// <returns>The candidates, the most usual kernels first.</returns>
    public static ValueList<PyTorchCandidate> All(AtenDecoder decoder, IEnumerable<int> batches, params ReadOnlySpan<int> threads)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(batches);
        int[] sizes = [.. batches.Distinct()];
        int[] pools = decoder.Format == NumericFormat.Bf16 || threads.IsEmpty ? [1] : threads.ToArray();
        return (from library in Libraries(decoder.Format)
                from capability in new[] { AtenCapability.Avx2, AtenCapability.Avx512, AtenCapability.Default }
                from pool in pools
                let rule = new AtenEagerDecoder(new AtenBackend(capability, library, pool), decoder)
                from batch in sizes
                select new PyTorchCandidate(rule, batch)).ToValueList();
    }

    /// <summary>Whether an environment allows a candidate's kernels. What the environment does not say allows everything.</summary>
    /// <param name="environment">The recorded environment.</param>
    /// <param name="candidate">The candidate.</param>
    /// <returns>False where the environment names other kernels.</returns>
    public static bool Allows(PyTorchEnvironment environment, PyTorchCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(candidate);
        string library = candidate.Backend.Gemm.Name;
        bool isBf16 = !library.StartsWith(OpenBlas, StringComparison.Ordinal);
        bool core = environment.Core is not { } known || isBf16 || library == OpenBlas + known + Sgemm || !IsKnownCore(known);
        bool isa = environment.HasNativeBf16 is not { } native || !isBf16 || library == (native ? new OneDnn2Bf16().Name : new OneDnn2EmulatedBf16().Name);
        bool threads = environment.GemmThreads is null || isBf16 || environment.GemmThreads == candidate.Backend.GemmThreads;
        return core && isa && threads && (environment.Capability is null || environment.Capability == candidate.Backend.Capability);
    }

    private static bool IsKnownCore(string core) => EngineCatalog.Gemms.Any(family => family.Name == OpenBlas + core + Sgemm);

    private static IEnumerable<IGemmFamily> Libraries(NumericFormat format) => format == NumericFormat.Bf16
        ? [new OneDnn2Bf16(), new OneDnn2EmulatedBf16()]
        : EngineCatalog.Gemms.Where(family => family.Name.StartsWith(OpenBlas, StringComparison.Ordinal) && family.Name.EndsWith(Sgemm, StringComparison.Ordinal));
}
