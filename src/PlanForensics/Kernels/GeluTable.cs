using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>GELU by a table of fp16 results, as <see cref="ActivationPlan"/> states it.</summary>
internal static class GeluTable
{
    private static readonly Lazy<float[]> Fused = new(static () => Fill(isFused: true));
    private static readonly Lazy<float[]> Unfused = new(static () => Fill(isFused: false));

    public static void Run(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        ReadOnlySpan<float> entries = EntriesOf(plan.Gelu);
        for (int index = 0; index < x.Length; index++)
        {
            float value = x[index];
            float result = value <= -10 ? 0 : value >= 10 ? value : entries[Fp16.FromSingle(value)];
            y[index] = Rounding.ToFormat(result, plan.Output);
        }
    }

    /// <summary>The result at every fp16 pattern.</summary>
    public static ReadOnlySpan<float> EntriesOf(GeluForm form) => form == GeluForm.Fp16TableUnfused ? Unfused.Value : Fused.Value;

    private static float[] Fill(bool isFused)
    {
        float factor = BitConverter.UInt32BitsToSingle(0x3F4C422A); // sqrt(2 / pi)
        float[] entries = new float[1 << 16];
        for (int pattern = 0; pattern < entries.Length; pattern++)
        {
            float h = Fp16.ToSingle((ushort)pattern);
            float inner = factor * h * (isFused ? MathF.FusedMultiplyAdd(0.044715f * h, h, 1) : (0.044715f * h * h) + 1);
            entries[pattern] = Rounding.ToFormat((0.5f * h) * (1 + PortableMath.Tanh(inner)), NumericFormat.Fp16);
        }

        return entries;
    }
}
