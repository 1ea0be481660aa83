using PlanForensics.Gpu.Arithmetic;

namespace PlanForensics.Gpu.Tiles;

/// <summary>One rounding.</summary>
internal readonly struct FmaStep : IMacStep
{
    public static float Mac(float a, float b, float accumulator) => Fp.Fma(a, b, accumulator);
}
