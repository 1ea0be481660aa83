using PlanForensics.Gpu.Arithmetic;

namespace PlanForensics.Gpu.Tiles;

/// <summary>The product is rounded, then the sum.</summary>
internal readonly struct MulAddStep : IMacStep
{
    public static float Mac(float a, float b, float accumulator) => Fp.Add(accumulator, Fp.Mul(a, b));
}
