using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>The exponents of operands of a matrix unit, as powers of two in binary32.</summary>
internal static class DotPowers
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>Powers of two: 0 for a zero, a NaN for what is not finite; a subnormal number has its format's smallest exponent.</summary>
    public static unsafe void Fill(float* values, nint count, NumericFormat format, float* powers)
    {
        int smallest = (127 + DotStep.SmallestExponent(format)) << 23;
        for (nint index = 0; index < count; index++)
        {
            int bits = BitConverter.SingleToInt32Bits(values[index]) & int.MaxValue;
            int field = bits & ExponentMask;
            powers[index] = BitConverter.Int32BitsToSingle(bits == 0 ? 0 : field == ExponentMask ? 0x7FC0_0000 : Math.Max(field, smallest));
        }
    }

    /// <summary>Whether all weights of a matrix, rounded to a format, are zeros or normal numbers of it; looked up once.</summary>
    public static bool AreNormal(WeightMatrix matrix, NumericFormat format) =>
        matrix.Packed($"normal {NumericFormats.NameOf(format)}", source => new NormalWeights(AllNormal(source, format))).All;

    private static bool AllNormal(WeightMatrix matrix, NumericFormat format)
    {
        int smallest = (127 + DotStep.SmallestExponent(format)) << 23;
        float[] row = new float[matrix.Depth];
        for (int output = 0; output < matrix.Outputs; output++)
        {
            Operands.Round(matrix.Values.Span.Slice(output * matrix.Depth, matrix.Depth), row, format);
            foreach (float value in row)
            {
                int bits = BitConverter.SingleToInt32Bits(value) & int.MaxValue;
                if (bits != 0 && (bits < smallest || bits >= ExponentMask))
                    return false;
            }
        }

        return true;
    }

    private sealed record NormalWeights(bool All);
}
