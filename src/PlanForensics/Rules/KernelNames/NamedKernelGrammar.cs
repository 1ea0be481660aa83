namespace PlanForensics.Rules.KernelNames;

/// <summary>Kernels of serving engines whose name says what they do and little else.</summary>
internal sealed class NamedKernelGrammar : IKernelGrammar
{
    private static readonly (string Part, string Family, KernelOperator Operator)[] Parts =
    [
        ("act_and_mul", "activation", KernelOperator.Activation),
        ("silu_and_mul", "activation", KernelOperator.Activation),
        ("gelu_and_mul", "activation", KernelOperator.Activation),
        ("activation_kernel", "activation", KernelOperator.Activation),
        ("rotary_embedding", "rotary_embedding", KernelOperator.Rope),
        ("reshape_and_cache", "kv_cache", KernelOperator.KvCacheWrite),
        ("concat_and_cache", "kv_cache", KernelOperator.KvCacheWrite),
        ("gated_delta_rule", "linear_attention", KernelOperator.LinearAttention),
        ("causal_conv1d", "causal_conv1d", KernelOperator.Convolution),
        ("slot_mapping", "slot_mapping", KernelOperator.SlotMapping),
    ];

    public KernelDescription? Describe(KernelName name)
    {
        foreach ((string part, string family, KernelOperator kernelOperator) in Parts)
            if (name.Function.Contains(part, StringComparison.Ordinal))
                return name.Describe(family, kernelOperator) with { OperandFormat = KernelFormats.OfType(name.Root.At(0)) };
        return null;
    }
}
