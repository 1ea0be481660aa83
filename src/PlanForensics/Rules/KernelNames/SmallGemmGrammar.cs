using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>cuBLAS's kernels for thin shapes: <c>gemmSN_{layout}_kernel</c>, <c>gemmk1_kernel</c>, <c>magma_sgemmEx_kernel</c>.</summary>
internal sealed class SmallGemmGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        if (function.StartsWith("gemmk1", StringComparison.Ordinal))
            return FromTensors(name);
        if (function.StartsWith("gemmSN_", StringComparison.Ordinal))
        {
            string layout = function.Split('_')[1];
            return name.Describe("cublas_gemmsn", KernelOperator.Gemm) with
            {
                Layout = KernelWords.IsLayout(layout, 2, 2, "NTC") ? layout : null,
                OperandFormat = KernelFormats.OfType(name.Root.At(0)),
            };
        }

        return function.StartsWith("magma_", StringComparison.Ordinal) && function.Contains("gemm", StringComparison.Ordinal)
            ? name.Describe("cublas_magma", KernelOperator.Gemm)
            : null;
    }

    // The tensor arguments are A, B, C, and the type behind them computes.
    private static KernelDescription FromTensors(KernelName name)
    {
        KernelNode[] all = [.. name.Root.Arguments];
        int[] tensors = [.. Enumerable.Range(0, all.Length).Where(index => all[index].Last.StartsWith("cublasGemvTensor", StringComparison.Ordinal))];
        NumericFormat? Of(int tensor) => tensor < tensors.Length ? KernelFormats.OfType(all[tensors[tensor]].At(0)) : null;
        return name.Describe("cublas_gemmk1", KernelOperator.Gemm) with
        {
            OperandFormat = Of(0) is { } a && (tensors.Length < 2 || Of(1) == a) ? a : null,
            OutputFormat = Of(2),
            AccumulatorFormat = tensors.Length == 3 ? KernelFormats.OfType(name.Root.At(tensors[2] + 1)) : null,
        };
    }
}
