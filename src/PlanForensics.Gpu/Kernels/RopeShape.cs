namespace PlanForensics.Gpu.Kernels;

/// <summary>A rotation: sizes, pairing and arithmetic.</summary>
internal struct RopeShape
{
    /// <summary>Pairs of all heads.</summary>
    public int Pairs;

    /// <summary>Pairs of one head.</summary>
    public int Half;

    public int Interleaved;
    public int Fused;
    public int Product;
    public int Output;
}
