namespace PlanForensics.Gpu.Kernels;

/// <summary>A rotation: sizes, pairing and arithmetic.</summary>
internal struct RopeShape
{
    /// <summary>Pairs of all heads of all rows, and of all heads of one row.</summary>
    public int Pairs;
    public int RowPairs;

    /// <summary>Pairs of one head.</summary>
    public int Half;

    public int Interleaved;
    public int Fused;
    public int Product;
    public int Output;
}
