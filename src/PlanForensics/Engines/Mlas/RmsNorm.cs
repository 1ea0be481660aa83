using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's RMSNormalization and SimplifiedLayerNormalization in fp32 on a CPU: vector code from a width of 16 on, scalar code below.</summary>
/// <remarks>
/// From 16 on <c>layer_norm statistics=squares</c>; below 16 <c>layer_norm statistics=squares lanes=16 step=muladd scaling=quotient</c>, one sum of rounded squares. Source: comparison with ONNX Runtime 1.31.1 on AVX-512.
/// </remarks>
public sealed class RmsNorm : ILayerNormFamily
{
    private const int SmallestVector = 16;

    private static readonly LayerNormPlan Vector = new() { Statistics = LayerNormStatistics.Squares };

    private static readonly LayerNormPlan Scalar = new()
    {
        Statistics = LayerNormStatistics.Squares, Lanes = SmallestVector, Step = ReductionStep.MulAdd, Scaling = LayerNormScaling.Quotient,
    };

    /// <inheritdoc/>
    public string Name => "mlas.rms_norm";

    /// <inheritdoc/>
    public PlanDecision PlanFor(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return PlanDecision.Of(width < SmallestVector ? Scalar : Vector);
    }
}
