using System.Runtime.CompilerServices;

namespace PlanForensics.Numerics;

/// <summary>Reduces an angle to r in about [-pi/4, pi/4] and a count of quarter turns, and evaluates sine or cosine there.</summary>
internal static class QuarterTurns
{
    /// <summary>Up to this magnitude two fused subtractions of k * pi/2 leave r with about 46 good bits at the worst fp32 argument.</summary>
    public const float LaneLimit = 16_777_216f;

    private const double TwoOverPi = 0.6366197723675814;
    private const double HalfPiHigh = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;

    // Taylor: sin r / r = 1 - w/3! + ..., cos r = 1 - w/2! + ..., w = r^2; at pi/4 the first term left out is below 2^-60.
    private static ReadOnlySpan<double> SinCoefficients =>
    [
        1 / 355687428096000.0, -1 / 1307674368000.0, 1 / 6227020800.0, -1 / 39916800.0, 1 / 362880.0, -1 / 5040.0, 1 / 120.0, -1 / 6.0, 1.0,
    ];

    private static ReadOnlySpan<double> CosCoefficients =>
    [
        1 / 20922789888000.0, -1 / 87178291200.0, 1 / 479001600.0, -1 / 3628800.0, 1 / 40320.0, -1 / 720.0, 1 / 24.0, -1 / 2.0, 1.0,
    ];

    // floor(2/pi * 2^256), the highest word first.
    private static ReadOnlySpan<ulong> TwoOverPiBits =>
        [0xA2F9_836E_4E44_1529, 0xFC27_57D1_F534_DDC0, 0xDB62_9599_3C43_9041, 0xFE51_63AB_DEBB_C561];

    /// <summary>Sine of x advanced by a number of quarter turns (1 makes it the cosine), for |x| up to the lane limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sine<TLanes, T>(T x, ulong advance)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T shifted = TLanes.FusedMultiplyAdd(x, TLanes.Create(TwoOverPi), TLanes.Create(PortableSteps.ToInteger));
        T k = TLanes.Subtract(shifted, TLanes.Create(PortableSteps.ToInteger));
        T r = TLanes.FusedMultiplyAdd(k, TLanes.Create(-HalfPiHigh), x);
        r = TLanes.FusedMultiplyAdd(k, TLanes.Create(-HalfPiLow), r);
        return Evaluate<TLanes, T>(r, TLanes.AddBits(shifted, TLanes.FromBits(advance)));
    }

    /// <summary>The same for any finite x, by multiplication with 128 bits of 2/pi taken where the argument's exponent needs them.</summary>
    /// <remarks>Source: M. Payne and R. Hanek, Radian reduction for trigonometric functions, SIGNUM Newsletter 18 (1983).</remarks>
    public static double SineOfAny(float x, ulong advance)
    {
        if (!float.IsFinite(x))
            return FormatLimits.CanonicalNaN64;
        uint bits = BitConverter.SingleToUInt32Bits(x);
        uint significand = (bits & 0x7F_FFFF) | 0x80_0000;
        int exponent = (int)((bits >> 23) & 0xFF) - 150;
        // |x| * 2/pi modulo 4, in units of 2^-126: the error is below 2^24 units, and fp32 arguments stay above 2^90 units from a multiple.
        UInt128 turns = significand * Window(130 - exponent);
        UInt128 quadrant = (turns + (UInt128.One << 125)) >> 126;
        double r = (double.CopySign(1.0, x) * ToDouble((Int128)(turns << 2))) * HalfPiHigh;
        ulong count = bits > int.MaxValue ? (0 - (ulong)quadrant) + advance : (ulong)quadrant + advance;
        return Evaluate<ScalarLanes, double>(r, ScalarLanes.FromBits(count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Evaluate<TLanes, T>(T r, T quadrant)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T zero = TLanes.Create(0.0);
        T w = TLanes.Multiply(r, r);
        T sine = TLanes.Multiply(r, PortableSteps.Polynomial<TLanes, T>(w, SinCoefficients));
        T cosine = PortableSteps.Polynomial<TLanes, T>(w, CosCoefficients);
        // Bit 0 as the exponent's lowest bit makes a comparison with zero decide; bit 1 becomes the sign.
        T odd = TLanes.And(TLanes.ShiftLeft(quadrant, 52), TLanes.FromBits(1UL << 52));
        T sign = TLanes.And(TLanes.ShiftLeft(quadrant, 62), TLanes.Create(-0.0));
        return TLanes.Xor(TLanes.SelectEqual(odd, zero, sine, cosine), sign);
    }

    // floor(2/pi * 2^256) >> shift, modulo 2^128.
    private static UInt128 Window(int shift)
    {
        UInt128 result = 0;
        for (int word = 0; word < 4; word++)
        {
            int position = (64 * (3 - word)) - shift;
            UInt128 bits = TwoOverPiBits[word];
            if (position is > -64 and < 128)
                result += position >= 0 ? bits << position : bits >> -position;
        }

        return result;
    }

    // value * 2^-128, truncated to 53 bits before the conversion, so that no rounding of 128-bit integers is relied on.
    private static double ToDouble(Int128 value)
    {
        UInt128 magnitude = (UInt128)(value < 0 ? -value : value);
        int excess = Math.Max(0, 128 - (int)UInt128.LeadingZeroCount(magnitude) - 53);
        double result = (long)(ulong)(magnitude >> excess) * BitConverter.Int64BitsToDouble((long)(excess - 128 + 1023) << 52);
        return value < 0 ? -result : result;
    }
}
