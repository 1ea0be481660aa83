namespace PlanForensics.Rules.KernelNames;

/// <summary>PyTorch's own kernels (<c>at::native</c>): softmax, norms, reductions, elementwise.</summary>
internal sealed class PyTorchGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function;
        bool isSoftmax = function.StartsWith("cunn_SoftMax", StringComparison.Ordinal) || function.StartsWith("softmax_warp_", StringComparison.Ordinal)
            || function.StartsWith("cunn_SpatialSoftMax", StringComparison.Ordinal);
        if (!isSoftmax && !name.Root.Name.StartsWith("at::", StringComparison.Ordinal))
            return null;
        if (isSoftmax)
            return Softmax(name);
        if (function.Contains("elementwise", StringComparison.Ordinal))
            return name.Describe("pytorch", KernelOperator.Pointwise);
        if (!function.StartsWith("reduce_kernel", StringComparison.Ordinal))
            return name.EndsInsideName || function.Length == 0 ? null : name.Describe("pytorch", null);
        return name.Describe("pytorch", KernelOperator.Reduce) with
        {
            OperandFormat = KernelFormats.OfType(name.Root.Find(last => last is "ReduceOp")?.At(0)),
        };
    }

    // cunn_SoftMaxForward<vector width, input, accumulator, output, epilogue>
    private static KernelDescription Softmax(KernelName name)
    {
        KernelDescription description = name.Describe("pytorch", KernelOperator.Softmax);
        bool hasWidth = name.Function.StartsWith("cunn_SoftMax", StringComparison.Ordinal) && name.Root.At(0)?.Number is not null;
        return hasWidth
            ? description with
            {
                OperandFormat = KernelFormats.OfType(name.Root.At(1)),
                AccumulatorFormat = KernelFormats.OfType(name.Root.At(2)),
                OutputFormat = KernelFormats.OfType(name.Root.At(3)),
            }
            : description;
    }
}
