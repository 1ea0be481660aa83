using System.Numerics;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>
/// One block of a matrix unit, in exact integer arithmetic: products and accumulator are aligned to the largest exponent, each truncated toward zero to F fraction
/// bits, summed exactly, and rounded once. Source: the T-FDPA model of arXiv 2511.10909.
/// </summary>
internal static class MatrixUnit
{
    private const int FractionBits = 23;

    public static float Step(ReductionStep step, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float c, NumericFormat operandA, NumericFormat operandB)
    {
        if (FindSpecial(a, b, c) is { } special)
            return special;
        NumericFormat accumulator = step.Rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32;
        Term addend = Split(c, accumulator);
        int largest = addend.Significand.IsZero ? step.ZeroExponent : addend.Exponent;
        var products = new Term[a.Length];
        for (int index = 0; index < a.Length; index++)
        {
            Term left = Split(a[index], operandA);
            Term right = Split(b[index], operandB);
            products[index] = new Term(left.Significand * right.Significand, left.Exponent + right.Exponent);
            largest = Math.Max(largest, products[index].Significand.IsZero ? step.ZeroExponent : products[index].Exponent);
        }

        BigInteger sum = Align(addend, FractionBits, largest, step.AlignmentBits);
        foreach (Term product in products)
            sum += Align(product, 2 * FractionBits, largest, step.AlignmentBits);
        return Round(sum, largest - step.AlignmentBits, step.Rounding);
    }

    private static float? FindSpecial(ReadOnlySpan<float> a, ReadOnlySpan<float> b, float c)
    {
        float special = float.IsFinite(c) ? 0 : c;
        bool found = !float.IsFinite(c);
        for (int index = 0; index < a.Length; index++)
        {
            if (float.IsFinite(a[index]) && float.IsFinite(b[index]))
                continue;
            special += a[index] * b[index];
            found = true;
        }

        return !found ? null : float.IsNaN(special) ? BitConverter.UInt32BitsToSingle(0x7FFFFFFF) : special;
    }

    /// <summary>value = Significand * 2^(Exponent - 23); a subnormal of the format keeps the format's smallest exponent.</summary>
    private static Term Split(float value, NumericFormat format)
    {
        if (value == 0)
            return default;
        int exponent = Math.Max((int)Math.ILogB(value), SmallestExponent(format));
        double significand = Math.ScaleB((double)value, FractionBits - exponent);
        return new Term(new BigInteger(significand), exponent);
    }

    private static int SmallestExponent(NumericFormat format) => format switch
    {
        NumericFormat.Fp16 or NumericFormat.Fp8E5M2 => -14,
        NumericFormat.Fp8E4M3 => -6,
        _ => -126,
    };

    private static BigInteger Align(Term term, int fractionBits, int largest, int alignmentBits)
    {
        int shift = fractionBits + largest - term.Exponent - alignmentBits;
        BigInteger magnitude = BigInteger.Abs(term.Significand);
        magnitude = shift > 0 ? magnitude >> shift : magnitude << -shift;
        return term.Significand.Sign < 0 ? -magnitude : magnitude;
    }

    private static float Round(BigInteger sum, int scale, DotRounding rounding)
    {
        if (sum.IsZero)
            return 0;
        BigInteger magnitude = BigInteger.Abs(sum);
        if (rounding == DotRounding.NearestEvenFp16)
            return (float)Rounding.ToFormat(Math.ScaleB((double)sum, scale), NumericFormat.Fp16);
        int exponent = Math.Max(scale + (int)magnitude.GetBitLength() - 1, -126);
        int ulp = exponent - (rounding == DotRounding.TowardZeroE8M13 ? 13 : FractionBits);
        magnitude = ulp > scale ? magnitude >> (ulp - scale) : magnitude << (scale - ulp);
        double value = exponent > 127 ? double.PositiveInfinity : Math.ScaleB((double)magnitude, ulp);
        return (float)(sum.Sign < 0 ? -value : value);
    }

    private readonly record struct Term(BigInteger Significand, int Exponent);
}
