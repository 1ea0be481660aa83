namespace PlanForensics.Plans;

/// <summary>How a quantised product turns its activations into q8_0.</summary>
public enum ActivationQuantizer
{
    /// <summary>ggml's x86 kernels, <c>BlockQuantizer.QuantizeActivations</c>: times 127 / max, ties to even (<c>reciprocal</c>).</summary>
    Reciprocal,

    /// <summary>ggml's portable C, <c>BlockQuantizer.QuantizeWeights</c>: times 1 / (max / 127), ties away from zero (<c>reference</c>).</summary>
    Reference,
}
