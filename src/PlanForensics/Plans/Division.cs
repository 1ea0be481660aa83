namespace PlanForensics.Plans;

/// <summary>How a quotient is computed.</summary>
public enum Division
{
    /// <summary>One rounded division (<c>divide</c>).</summary>
    Divide,

    /// <summary>Multiplication by the rounded reciprocal (<c>reciprocal</c>).</summary>
    Reciprocal,
}
