using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>The values that a format allows masks and counted terms to have.</summary>
/// <param name="Mask">M: M plus any number of units is M, and M - M is 0.</param>
/// <param name="Unit">What each other term is.</param>
/// <param name="MostUnits">Units that may stand in one call so that their number is exact in every format on the way and M swamps them.</param>
/// <param name="Plain">The other operand's value everywhere.</param>
/// <param name="PlainMask">The other operand's value where a mask stands; needs a box with one output where it differs from <paramref name="Plain"/>.</param>
/// <remarks>
/// fp32, tf32 and bf16 operands: M = 2^127, unit 1, up to 2^24 units. fp16: M = 2^15, unit 2^-24, up to 2^14 (M's last place in fp32 is 2^-8). fp8e5m2: M = 2^15, unit 2^-16, up to 64. fp8e4m3
/// spans 17 binary orders only, less than an fp32 accumulator: both operands carry mask and unit, 2^8 x 2^8 and 2^-9 x 2^-9, up to 512. A narrower output caps the count at the integers it holds:
/// bf16 256, fp16 2,048, fp8e4m3 16, fp8e5m2 8. Longer sums are counted window by window.
/// </remarks>
internal sealed record CountingUnits(float Mask, float Unit, int MostUnits, float Plain = 1, float PlainMask = 1)
{
    public static CountingUnits? For(BlackBox box, out string refusal)
    {
        refusal = "";
        CountingUnits? units = box.Operand switch
        {
            NumericFormat.Fp32 or NumericFormat.Tf32 or NumericFormat.Bf16 => new CountingUnits(MathF.ScaleB(1, 127), 1, 1 << 24),
            NumericFormat.Fp16 => new CountingUnits(MathF.ScaleB(1, 15), MathF.ScaleB(1, -24), 1 << 14),
            NumericFormat.Fp8E5M2 => new CountingUnits(MathF.ScaleB(1, 15), MathF.ScaleB(1, -16), 64),
            NumericFormat.Fp8E4M3 when box.HasProducts && box.Rows == 1 && box.Columns == 1 =>
                new CountingUnits(MathF.ScaleB(1, 8), MathF.ScaleB(1, -9), 512, MathF.ScaleB(1, -9), MathF.ScaleB(1, 8)),
            _ => null,
        };
        if (units is null)
        {
            refusal = box.Operand == NumericFormat.Fp8E4M3
                ? "fp8e4m3 spans 17 binary orders, too few for a mask of one operand to swamp units in fp32: probe one element (GemmElement or Dot), where both operands carry the mask"
                : $"{NumericFormats.NameOf(box.Operand)} sums are exact or cannot be masked: there is no order to see";
            return null;
        }

        int countable = Countable(box.Output, (double)units.Unit * units.Plain);
        if (countable == 0)
        {
            refusal = $"an output in {NumericFormats.NameOf(box.Output)} cannot hold a count of {NumericFormats.NameOf(box.Operand)} units";
            return null;
        }

        return units with { MostUnits = Math.Min(units.MostUnits, countable) };
    }

    /// <summary>The largest c such that 0, 1, .. c units are all values of a format.</summary>
    private static int Countable(NumericFormat format, double unit)
    {
        if (format is NumericFormat.Int8 or NumericFormat.Int32)
            return 0;
        FormatLimits limits = FormatLimits.Of(format);
        if (Math.ILogB(unit) < limits.MinQuantum || Math.ILogB(unit) + limits.Precision > Math.ILogB(limits.MaxFinite))
            return 0;
        return limits.Precision > 24 ? int.MaxValue : 1 << limits.Precision;
    }
}
