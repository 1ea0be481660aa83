namespace PlanForensics.Plans;

/// <summary>How 1/sqrt(v) is computed.</summary>
public enum InverseRoot
{
    /// <summary>A rounded square root, then a rounded division (<c>sqrt_divide</c>).</summary>
    SqrtDivide,

    /// <summary><c>Numerics.PortableMath</c>'s reciprocal square root (<c>rsqrt</c>).</summary>
    Rsqrt,
}
