namespace PlanForensics.Numerics;

/// <summary>How a value that lies between two representable numbers is rounded.</summary>
public enum RoundingMode
{
    /// <summary>To the nearest; a tie goes to the even significand (IEEE 754 default; <c>rne</c>).</summary>
    NearestEven,

    /// <summary>To the nearest; a tie goes away from zero (<c>rna</c>).</summary>
    NearestAway,

    /// <summary>Truncation (<c>rz</c>).</summary>
    TowardZero,

    /// <summary>Toward positive infinity (<c>ru</c>).</summary>
    TowardPositive,

    /// <summary>Toward negative infinity, floor (<c>rd</c>).</summary>
    TowardNegative,
}
