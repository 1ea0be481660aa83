namespace PlanForensics.Gpu.Tiles;

/// <summary>How a product enters a binary32 accumulator.</summary>
internal interface IMacStep
{
    static abstract float Mac(float a, float b, float accumulator);
}
