namespace PlanForensics.Plans;

/// <summary>The plan of one operator: the part of the execution state that decides its bits. A plan is data; <see cref="Lower"/> says what it does to numbers.</summary>
public abstract record OperatorPlan
{
    private protected OperatorPlan()
    {
    }

    /// <summary>The canonical text: family, then the fields that differ from their defaults, in a fixed order. <see cref="Parse"/> reads it.</summary>
    public abstract string Text { get; }

    /// <summary>Fingerprint of <see cref="Text"/>.</summary>
    public PlanFingerprint Fingerprint => PlanFingerprint.Of(Text);

    /// <summary>The exact arithmetic of this plan at a shape.</summary>
    /// <param name="shape">The operator's shape.</param>
    /// <returns>The program; plans with equal programs are one class.</returns>
    /// <exception cref="PlanNotSupportedException">The plan does not run at this shape, with the reason.</exception>
    public abstract OperatorProgram Lower(OperatorShape shape);

    /// <summary>Reads a plan's text.</summary>
    /// <param name="text">For example <c>gemm split_k=4 staging=bf16</c>. Fields may stand in any order.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanFormatException">The text is not a plan, with the position and what was expected.</exception>
    public static OperatorPlan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("map{", StringComparison.Ordinal))
            return PlanMap.ParseMap(text);
        if (ProgramPlan.IsProgram(text))
            return ProgramPlan.ParseProgram(text);
        if (FlashAttentionPlan.IsFlashAttention(text))
            return FlashAttentionPlan.ParseFlashAttention(text);
        if (ComposedAttentionPlan.IsComposed(text))
            return ComposedAttentionPlan.ParseComposed(text);
        var reader = new PlanFieldReader(text);
        return reader.Family switch
        {
            "gemm" => GemmPlan.Read(reader),
            "norm" => NormPlan.Read(reader),
            "rope" => RopePlan.Read(reader),
            "attention" => AttentionPlan.Read(reader),
            "activation" => ActivationPlan.Read(reader),
            "softmax" => SoftmaxPlan.Read(reader),
            "sum" => SumPlan.Read(reader),
            "residual" => ResidualPlan.Read(reader),
            "argmax" => ArgmaxPlan.Read(reader),
            "all_reduce" => AllReducePlan.Read(reader),
            "quantization" => QuantizationPlan.Read(reader),
            "quantized_gemm" => QuantizedGemmPlan.Read(reader),
            "layer_norm" => LayerNormPlan.Read(reader),
            "scaled_dot_product" => ScaledDotProductPlan.Read(reader),
            "elementwise" => ElementwisePlan.Read(reader),
            _ => throw new PlanFormatException(
                text, 0,
                "expected a plan family: gemm, map{...}, program{...}, norm, rope, attention, activation, softmax, sum, residual, argmax, all_reduce, quantization, quantized_gemm, layer_norm, scaled_dot_product, "
                + "elementwise or flash_attention{...}"),
        };
    }

    /// <summary>The canonical text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public sealed override string ToString() => Text;
}
