namespace PlanForensics.Rules.KernelNames;

/// <summary>RMSNorm kernels of vLLM, SGLang, FlashInfer, TensorRT-LLM: the first type argument is that of the rows.</summary>
internal sealed class NormGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string function = name.Function.Replace("_", "", StringComparison.Ordinal);
        bool isRms = function.Contains("rmsnorm", StringComparison.OrdinalIgnoreCase);
        bool isLayer = function.Contains("layernorm", StringComparison.OrdinalIgnoreCase);
        if ((!isRms && !isLayer) || function.Contains("allreduce", StringComparison.OrdinalIgnoreCase))
            return null;
        return name.Describe(isRms ? "rms_norm" : "layer_norm", KernelOperator.Norm) with
        {
            OperandFormat = name.Root.Arguments.Take(2).Where(node => node.Number is null).Select(KernelFormats.OfType).FirstOrDefault(format => format is not null),
        };
    }
}
