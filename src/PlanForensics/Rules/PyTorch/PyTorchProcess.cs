using System.Text.RegularExpressions;
using PlanForensics.Contracts;

namespace PlanForensics.Rules.PyTorch;

/// <summary>Whether a recorded step is one of a PyTorch process whose kernels are known.</summary>
public static partial class PyTorchProcess
{
    /// <summary>Says why a step's recorded environment does not name a process that the rules cover: PyTorch 1.13 on a CPU, with OpenBLAS or oneDNN.</summary>
    /// <param name="state">The step's state.</param>
    /// <returns>The reason, as a clause; null where the rules cover it.</returns>
    public static string? WhyNot(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.LibraryVersions is not { } versions || !versions.TryGetValue("torch", out string? torch))
            return "the recording names no PyTorch (library_versions has no torch)";
        if (VersionPattern().Match(torch) is not { Success: true } version)
            return $"library_versions.torch says no version: \"{torch}\"";
        if (version.Groups[1].Value is not "1.13")
            return $"the recording names PyTorch {version.Value}; the kernels of 1.13 on a CPU are known";
        if (torch.Contains("CUDA", StringComparison.OrdinalIgnoreCase))
            return "the recording names PyTorch on CUDA; its kernels on a CPU are known";
        if (versions.TryGetValue("blas", out string? blas) && (blas.Contains("MKL", StringComparison.OrdinalIgnoreCase) || blas.Contains("BLIS", StringComparison.OrdinalIgnoreCase)))
            return $"the recording's matrix library is {blas}; PyTorch with OpenBLAS or oneDNN is known";
        return state.Shape.TensorParallel is > 1 and var ranks ? FormattableString.Invariant($"{ranks} tensor-parallel ranks ran it; one is known") : null;
    }

    [GeneratedRegex(@"^v?(\d+\.\d+)(\.\d+)?")]
    private static partial Regex VersionPattern();
}
