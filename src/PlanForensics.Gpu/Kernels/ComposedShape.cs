namespace PlanForensics.Gpu.Kernels;

/// <summary>The softmax of attention composed of operators: sizes, arithmetic, and the sum's program.</summary>
internal struct ComposedShape
{
    public int Rows;
    public int Keys;

    /// <summary>Instructions of the sum.</summary>
    public int Instructions;

    public int Math;
    public int Reciprocal;

    /// <summary>Format of scores after the scale and after the mask, and of probabilities.</summary>
    public int Scaled;
    public int Probabilities;

    public float Scale;

    /// <summary>What the mask adds to a key that lies ahead.</summary>
    public float Lowest;
}
