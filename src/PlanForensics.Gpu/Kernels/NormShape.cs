namespace PlanForensics.Gpu.Kernels;

/// <summary>A norm: sizes, formulas and formats.</summary>
internal struct NormShape
{
    public int Rows;
    public int Width;
    public float Epsilon;

    /// <summary>1 for LayerNorm, 0 for RMSNorm.</summary>
    public int IsLayer;

    public int Formula;
    public int Reciprocal;
    public int Rsqrt;
    public int CastBeforeWeight;
    public int Output;

    /// <summary>Whether the squares and the sum end in binary64.</summary>
    public int WideSquares;
    public int WideSum;

    /// <summary>Instructions of the squares' table, which comes first, and of the sum's.</summary>
    public int Squares;
    public int Sum;

}
