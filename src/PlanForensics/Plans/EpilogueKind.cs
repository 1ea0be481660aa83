namespace PlanForensics.Plans;

/// <summary>One operation applied to a finished sum.</summary>
public enum EpilogueKind
{
    /// <summary>Multiplication by the operator's scale factor (<c>scale</c>).</summary>
    Scale,

    /// <summary>Addition of the output column's bias (<c>bias</c>).</summary>
    Bias,

    /// <summary>Rounding to a format, to nearest even (<c>round</c>).</summary>
    Round,
}
