using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>The exponents of operands of a matrix unit, as powers of two in binary32.</summary>
internal static class DotPowers
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>The bits of the power that a format's subnormal numbers count with.</summary>
    public static int Smallest(NumericFormat format) => (127 + DotStep.SmallestExponent(format)) << 23;

    /// <summary>A power of two: 0 for a zero, a NaN for what is not finite.</summary>
    public static float Of(float value, int smallest)
    {
        int bits = BitConverter.SingleToInt32Bits(value) & int.MaxValue;
        int field = bits & ExponentMask;
        return BitConverter.Int32BitsToSingle(bits == 0 ? 0 : field == ExponentMask ? 0x7FC0_0000 : Math.Max(field, smallest));
    }

    /// <summary>Whether a number is zero or a normal number of its format.</summary>
    public static bool IsNormal(float value, int smallest)
    {
        int bits = BitConverter.SingleToInt32Bits(value) & int.MaxValue;
        return bits == 0 || (bits >= smallest && bits < ExponentMask);
    }

    /// <summary>Whether all weights of a matrix, rounded to a format, are zeros or normal numbers of it; looked up once.</summary>
    public static bool AreNormal(WeightMatrix matrix, NumericFormat format) =>
        matrix.Packed($"normal {NumericFormats.NameOf(format)}", source => new NormalWeights(AllNormal(source, format))).All;

    private static bool AllNormal(WeightMatrix matrix, NumericFormat format)
    {
        int smallest = Smallest(format);
        float[] values = new float[matrix.Depth];
        float[] row = new float[matrix.Depth];
        for (int output = 0; output < matrix.Outputs; output++)
        {
            matrix.CopyRow(output, values);
            Operands.Round(values, row, format);
            foreach (float value in row)
                if (!IsNormal(value, smallest))
                    return false;
        }

        return true;
    }

    private sealed record NormalWeights(bool All);
}
