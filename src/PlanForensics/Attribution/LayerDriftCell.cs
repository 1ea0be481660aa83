namespace PlanForensics.Attribution;

/// <summary>How far two plans' values are apart at one place of one step.</summary>
/// <param name="StepIndex">The recorded step.</param>
/// <param name="Layer">0-based layer, whose output (the residual stream after it) was compared; the number of layers for the logits.</param>
/// <param name="Elements">Values compared: of this request's rows.</param>
/// <param name="DifferentElements">Values with different bits.</param>
/// <param name="MedianUlps">Median distance over all values, in ulps of their format; <see cref="Numerics.UlpDistance.Incomparable"/> where a NaN is the median.</param>
/// <param name="MaxUlps">Largest distance, in ulps; <see cref="Numerics.UlpDistance.Incomparable"/> where a NaN stands against a number.</param>
public readonly record struct LayerDriftCell(int StepIndex, int Layer, long Elements, long DifferentElements, long MedianUlps, long MaxUlps);
