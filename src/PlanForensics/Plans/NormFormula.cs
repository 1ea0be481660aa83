namespace PlanForensics.Plans;

/// <summary>How a norm's variance is computed. RMSNorm has no mean, so only LayerNorm tells these apart.</summary>
public enum NormFormula
{
    /// <summary>Mean first, then the sum of (x - mean)^2 (<c>two_pass</c>).</summary>
    TwoPass,

    /// <summary>mean(x^2) - mean(x)^2 (<c>moments</c>).</summary>
    Moments,

    /// <summary>Welford's update in ascending order; one lane (<c>welford</c>).</summary>
    Welford,
}
