namespace PlanForensics.Rules.KernelNames;

/// <summary>cuBLAS's inner product: <c>dot_kernel&lt;compute, threads, ..., cublasDotParams&lt;tensor, ...&gt;&gt;</c> and <c>reduce_1Block_kernel</c>, its merge.</summary>
internal sealed class DotGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        bool isDot = name.Function is "dot_kernel";
        if (!isDot && name.Function is not "reduce_1Block_kernel")
            return null;
        KernelDescription description = name.Describe("cublas_dot", isDot ? KernelOperator.Dot : KernelOperator.Reduce) with
        {
            AccumulatorFormat = KernelFormats.OfType(name.Root.At(0)),
        };
        KernelNode[] tensors = [.. name.Root.All().Where(node => node.Last.StartsWith("cublasGemvTensor", StringComparison.Ordinal))];
        if (tensors.Length != 2)
            return description;
        return isDot ? description with { OperandFormat = KernelFormats.OfType(tensors[0].At(0)) } : description;
    }
}
