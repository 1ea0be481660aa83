using System.Numerics;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Numerics;

/// <summary>Slow exact arithmetic on numerator * 2^exponent, written without looking at the library's rounding code.</summary>
internal static class ExactReference
{
    /// <summary>Every non-negative finite value of a small format, ascending, decoded from the definition of its fields.</summary>
    public static double[] NonNegativeFinite(int exponentBits, int fractionBits, bool ieeeSpecials)
    {
        int bias = (1 << (exponentBits - 1)) - 1;
        int patterns = 1 << (exponentBits + fractionBits);
        int end = ieeeSpecials ? patterns - (1 << fractionBits) : patterns - 1;
        double[] values = new double[end];
        for (int pattern = 0; pattern < end; pattern++)
        {
            int biased = pattern >> fractionBits;
            double fraction = (pattern & ((1 << fractionBits) - 1)) / (double)(1 << fractionBits);
            values[pattern] = biased == 0 ? fraction * Math.Pow(2, 1 - bias) : (1 + fraction) * Math.Pow(2, biased - bias);
        }

        return values;
    }

    /// <summary>The exact integer numerator of value * 2^1074.</summary>
    public static BigInteger Scaled(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int biased = (int)((bits >> 52) & 0x7FF);
        BigInteger significand = (bits & 0xF_FFFF_FFFF_FFFF) + (biased == 0 ? 0 : 1L << 52);
        BigInteger magnitude = significand << (Math.Max(biased, 1) - 1);
        return bits < 0 ? -magnitude : magnitude;
    }

    /// <summary>Rounds numerator * 2^exponent to p bits with subnormals below 2^emin, unbounded above; returns the exact result over 2^-1200.</summary>
    public static BigInteger Round(BigInteger numerator, int exponent, int precision, int minExponent, RoundingMode mode)
    {
        BigInteger magnitude = BigInteger.Abs(numerator);
        if (magnitude.IsZero)
            return BigInteger.Zero;
        int leading = (int)magnitude.GetBitLength() - 1 + exponent;
        int quantum = Math.Max(leading, minExponent) - precision + 1;
        BigInteger unit = BigInteger.One << Math.Max(0, quantum - exponent);
        BigInteger whole = BigInteger.DivRem(magnitude << Math.Max(0, exponent - quantum), unit, out BigInteger rest);
        int half = (2 * rest).CompareTo(unit);
        bool up = !rest.IsZero && mode switch
        {
            RoundingMode.NearestEven => half > 0 || (half == 0 && !whole.IsEven),
            RoundingMode.NearestAway => half >= 0,
            RoundingMode.TowardZero => false,
            RoundingMode.TowardPositive => numerator.Sign > 0,
            _ => numerator.Sign < 0,
        };
        return ((whole + (up ? 1 : 0)) << (quantum + 1200)) * numerator.Sign;
    }
}
