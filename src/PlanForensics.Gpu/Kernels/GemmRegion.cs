namespace PlanForensics.Gpu.Kernels;

/// <summary>A rectangle of a matrix product and how its elements are computed.</summary>
internal struct GemmRegion
{
    public int RowStart;
    public int RowCount;
    public int ColumnStart;
    public int ColumnCount;

    /// <summary>K.</summary>
    public int Depth;

    /// <summary>N, the distance between output rows.</summary>
    public int Outputs;

    /// <summary>Instructions of the program's table.</summary>
    public int Instructions;

    public int FormatA;
    public int FormatB;

    /// <summary>Format of the output.</summary>
    public int Output;

    public int HasBias;
}
