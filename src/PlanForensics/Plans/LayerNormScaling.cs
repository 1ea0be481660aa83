namespace PlanForensics.Plans;

/// <summary>How a value becomes its normalised value, with m the mean, s the root of variance plus epsilon and r = fl(1 / s).</summary>
public enum LayerNormScaling
{
    /// <summary><c>fl(fl(x - m) * r)</c> (<c>centered</c>).</summary>
    Centered,

    /// <summary><c>x * r + fl(-r * m)</c> (<c>shifted</c>).</summary>
    Shifted,

    /// <summary><c>fl(fl(x - m) / s)</c> (<c>quotient</c>).</summary>
    Quotient,
}
