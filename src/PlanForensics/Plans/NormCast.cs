namespace PlanForensics.Plans;

/// <summary>Where a norm rounds to its output format.</summary>
public enum NormCast
{
    /// <summary>Once, after the weight (and bias) is applied in binary32 (<c>after_weight</c>).</summary>
    AfterWeight,

    /// <summary>The normalised value is rounded, then multiplied by the weight and rounded again (<c>before_weight</c>).</summary>
    BeforeWeight,
}
