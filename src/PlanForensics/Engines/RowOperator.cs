namespace PlanForensics.Engines;

/// <summary>An operator over the rows of a tensor.</summary>
public enum RowOperator
{
    /// <summary>The sum of each row.</summary>
    Sum,

    /// <summary>The sum of each column.</summary>
    ColumnSum,

    /// <summary>Softmax of each row, with a scale and a mask where they are given.</summary>
    Softmax,

    /// <summary>Each row divided by the root of its mean square.</summary>
    RmsNorm,

    /// <summary>Each row less its mean, divided by the root of its variance.</summary>
    Norm,

    /// <summary>x / (1 + e^-x).</summary>
    Silu,

    /// <summary>GELU.</summary>
    Gelu,

    /// <summary>Rotary position embedding of heads.</summary>
    Rope,
}
