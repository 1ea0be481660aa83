using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Programs;

/// <summary>One block of a matrix unit inside a kernel, in 64-bit integers: the reference interpreter's model, exact.</summary>
/// <remarks>
/// A product is below 2^48 at 2^(e - 46) with e at most the largest exponent, so aligned to F &lt;= 40 bits it is below 2^42; 65 terms stay below 2^49. Source: the T-FDPA model of arXiv 2511.10909.
/// Bitwise: identical on every machine.
/// </remarks>
internal static class MatrixUnitBlock
{
    public static float Step<TA, TB>(TA a, TB b, int first, int stride, int count, float c, int bits, int rounding, int zeroExponent, int formatA, int formatB)
        where TA : struct, IOperand
        where TB : struct, IOperand
    {
        bool special = !FormatRounding.IsFinite(c);
        float sum = special ? c : 0.0f;
        int addendFormat = rounding == (int)DotRounding.NearestEvenFp16 ? (int)Numerics.NumericFormat.Fp16 : (int)Numerics.NumericFormat.Fp32;
        int largest = SignificandOf(c, addendFormat) == 0 ? zeroExponent : ExponentOf(c, addendFormat);
        int index = first;
        for (int term = 0; term < count; term++)
        {
            float left = a.At(index);
            float right = b.At(index);
            index += stride;
            if (!FormatRounding.IsFinite(left) || !FormatRounding.IsFinite(right))
            {
                sum = Fp.Add(sum, Fp.Mul(left, right));
                special = true;
            }

            bool zero = SignificandOf(left, formatA) == 0 || SignificandOf(right, formatB) == 0;
            int exponent = zero ? zeroExponent : ExponentOf(left, formatA) + ExponentOf(right, formatB);
            largest = exponent > largest ? exponent : largest;
        }

        if (special)
            return FormatRounding.IsNaN(sum) ? Interop.IntAsFloat(0x7FFF_FFFFu) : sum;
        long total = Align(SignificandOf(c, addendFormat), IsNegative(c), 23 + largest - ExponentOf(c, addendFormat) - bits);
        index = first;
        for (int term = 0; term < count; term++)
        {
            float left = a.At(index);
            float right = b.At(index);
            index += stride;
            long product = SignificandOf(left, formatA) * SignificandOf(right, formatB);
            total += Align(product, IsNegative(left) != IsNegative(right), 46 + largest - ExponentOf(left, formatA) - ExponentOf(right, formatB) - bits);
        }

        return Round(total, largest - bits, rounding);
    }

    private static bool IsNegative(float value) => (Interop.FloatAsInt(value) & 0x8000_0000u) != 0;

    /// <summary>Exponent of a number; that of a subnormal of the format, and of zero, is the format's smallest.</summary>
    private static int ExponentOf(float value, int format)
    {
        int exponent = (int)((Interop.FloatAsInt(value) >> 23) & 0xFFu) - 127;
        int least = FormatRounding.LeastExponent(format);
        return exponent > least ? exponent : least;
    }

    /// <summary>|value| = significand * 2^(exponent - 23).</summary>
    private static long SignificandOf(float value, int format)
    {
        uint bits = Interop.FloatAsInt(value);
        int biased = (int)((bits >> 23) & 0xFFu);
        uint significand = biased == 0 ? bits & 0x7F_FFFFu : (bits & 0x7F_FFFFu) | 0x80_0000u;
        int exponent = biased == 0 ? -126 : biased - 127;
        int least = FormatRounding.LeastExponent(format);
        int shift = least > exponent ? least - exponent : 0;
        return shift > 31 ? 0L : (long)(significand >> shift);
    }

    private static long Align(long magnitude, bool negative, int shift)
    {
        long aligned = shift > 62 ? 0L : shift > 0 ? (long)((ulong)magnitude >> shift) : (long)((ulong)magnitude << -shift);
        return negative ? -aligned : aligned;
    }

    private static float Round(long sum, int scale, int rounding)
    {
        if (sum == 0)
            return 0.0f;
        bool negative = sum < 0;
        ulong magnitude = (ulong)(negative ? -sum : sum);
        if (rounding == (int)DotRounding.NearestEvenFp16)
        {
            double exact = Fp.Mul((double)sum, FormatRounding.PowerOfTwo(scale));
            return Fp.Narrow(FormatRounding.Round(exact, (int)Numerics.NumericFormat.Fp16));
        }

        int exponent = scale + BitLength(magnitude) - 1;
        exponent = exponent > -126 ? exponent : -126;
        int ulp = exponent - (rounding == (int)DotRounding.TowardZeroE8M13 ? 13 : 23);
        int shift = ulp - scale;
        magnitude = shift > 62 ? 0UL : shift > 0 ? magnitude >> shift : magnitude << -shift;
        uint sign = negative ? 0x8000_0000u : 0u;
        if (exponent > 127)
            return Interop.IntAsFloat(sign | 0x7F80_0000u);
        float value = Fp.Narrow(Fp.Mul((double)(long)magnitude, FormatRounding.PowerOfTwo(ulp)));
        return Interop.IntAsFloat(Interop.FloatAsInt(value) | sign);
    }

    private static int BitLength(ulong value)
    {
        int length = 0;
        ulong rest = value;
        if (rest >= 1UL << 32)
        {
            length += 32;
            rest >>= 32;
        }

        while (rest != 0)
        {
            length += 1;
            rest >>= 1;
        }

        return length;
    }
}
