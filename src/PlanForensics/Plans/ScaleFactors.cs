namespace PlanForensics.Plans;

/// <summary>Which two factors a group of a quantised product enters its accumulator by. t is the group's exact integer sum, dw and da are the scales of weights and activations.</summary>
public enum ScaleFactors
{
    /// <summary><c>fl(dw * da)</c> and t (<c>scales</c>).</summary>
    Scales,

    /// <summary><c>fl(t * dw)</c> and da, as scalar C written from left to right (<c>weight_first</c>).</summary>
    WeightFirst,
}
