namespace PlanForensics.Rules.KernelNames;

/// <summary>All-reduce kernels of serving engines: vLLM's <c>cross_device_reduce_1stage|2stage</c>, PyTorch's symmetric memory, FlashInfer's and TensorRT-LLM's fused ones.</summary>
internal sealed class AllReduceGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function.Replace("_", "", StringComparison.Ordinal);
        KernelOperator? kernelOperator =
            function.Contains("allreduce", StringComparison.OrdinalIgnoreCase) || function.StartsWith("crossdevicereduce", StringComparison.Ordinal) ? KernelOperator.AllReduce
            : function.Contains("reducescatter", StringComparison.OrdinalIgnoreCase) ? KernelOperator.ReduceScatter
            : function.Contains("allgather", StringComparison.OrdinalIgnoreCase) ? KernelOperator.AllGather
            : null;
        if (kernelOperator is null)
            return null;
        return name.Describe("custom_all_reduce", kernelOperator) with
        {
            OperandFormat = name.Root.Arguments.Where(node => node.Number is null).Select(KernelFormats.OfType).FirstOrDefault(format => format is not null),
        };
    }
}
