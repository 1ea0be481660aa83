namespace PlanForensics.Gpu.Kernels;

/// <summary>A product of block-quantised weights and activations.</summary>
internal struct QuantizedShape
{
    /// <summary>Weights of a block, of ggml's q8_0 and q4_0.</summary>
    public const int Block = 32;

    public int Rows;
    public int Outputs;
    public int Depth;

    /// <summary>Terms of one exact integer sum.</summary>
    public int Group;

    /// <summary>1: q4_0, two weights a byte; else q8_0.</summary>
    public int IsQ4;

    /// <summary>1: activations are quantised as ggml's portable C does; else as its x86 kernels do.</summary>
    public int IsReference;

    /// <summary>1: a group's factors are the product of the scales and the sum; else the sum times the weights' scale, and the activations' scale.</summary>
    public int ScalesFirst;

    /// <summary>Instructions of the accumulation over groups.</summary>
    public int Instructions;

    /// <summary>Units of two bytes of a block: its scale, then its weights.</summary>
    public readonly int BlockHalves => IsQ4 == 1 ? 9 : 17;
}
