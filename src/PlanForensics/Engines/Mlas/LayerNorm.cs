using PlanForensics.Plans;

namespace PlanForensics.Engines.Mlas;

/// <summary>ONNX Runtime's LayerNormalization in fp32 on a CPU: vector code from a width of 8 on, scalar code below.</summary>
/// <remarks>
/// From 8 on <c>layer_norm statistics=wide_mean</c>; below 8 <c>layer_norm statistics=running step=muladd scaling=quotient apply=muladd</c>. The same for every number of rows and threads.
/// Source: probing of ONNX Runtime 1.31.1 on AVX-512 (sums by masks, products by comparison).
/// </remarks>
public sealed class LayerNorm : ILayerNormFamily
{
    private const int SmallestVector = 8;

    private static readonly LayerNormPlan Vector = new() { Statistics = LayerNormStatistics.WideMean };

    private static readonly LayerNormPlan Scalar = new()
    {
        Statistics = LayerNormStatistics.Running, Step = ReductionStep.MulAdd, Scaling = LayerNormScaling.Quotient, Apply = ReductionStep.MulAdd,
    };

    /// <inheritdoc/>
    public string Name => "mlas.layer_norm";

    /// <inheritdoc/>
    public PlanDecision PlanFor(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return PlanDecision.Of(width < SmallestVector ? Scalar : Vector);
    }
}
