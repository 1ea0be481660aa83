using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>cuBLAS's matrix-vector kernels: <c>gemv2T_kernel_val</c>, <c>gemv2N_kernel</c>, <c>gemvNSP_kernel</c>, <c>internal::gemvx::kernel</c>, with the types A, x, y, compute.</summary>
internal sealed class GemvGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        bool isGemvx = name.Root.Name.Contains("gemvx::kernel", StringComparison.Ordinal);
        if (!isGemvx && !name.Function.StartsWith("gemv", StringComparison.Ordinal))
            return null;
        NumericFormat?[] types = [.. name.Root.Arguments
            .SkipWhile(node => node.Name is "int" or "long")
            .TakeWhile(node => node.Arguments.Count == 0 && node.Number is null && node.Flag is null && node.Name.Length > 0)
            .Select(KernelFormats.OfType)];
        return name.Describe("cublas_gemv", KernelOperator.Gemv) with
        {
            OperandFormat = types.FirstOrDefault(),
            // Fewer than four types have no fixed order.
            OutputFormat = types.Length >= 4 ? types[2] : null,
            AccumulatorFormat = types.Length >= 4 ? types[3] : null,
            Layout = LayoutOf(name.Function),
        };
    }

    private static string? LayoutOf(string function) =>
        function.StartsWith("gemv2T", StringComparison.Ordinal) ? "T" : function.StartsWith("gemv2N", StringComparison.Ordinal) ? "N" : null;
}
