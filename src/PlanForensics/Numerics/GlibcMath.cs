namespace PlanForensics.Numerics;

/// <summary>glibc's single-precision elementary functions, bit for bit: version 2.36 on an x86-64 processor with FMA (the <c>glibc</c> math path).</summary>
/// <remarks>
/// <para>Every function widens to fp64, evaluates a fixed sequence of fp64 operations and rounds once to fp32. NaN arguments, infinities of sine and cosine and powers outside the domain give the
/// canonical NaN 0x7FC00000 (glibc hands a NaN's payload on).</para>
/// <para>Bitwise: identical on every machine. Source: the algorithms of ARM's optimized-routines, which glibc took over in 2.28, with every product that is added fused, as the compiler does in
/// the FMA variants; compared with the library (docs/numerics.md says over which arguments).</para>
/// </remarks>
public static class GlibcMath
{
    private const double ThirtyTwoOverLn2 = 1.4426950408889634 * 32;      // 0x1.71547652b82fep+0 * 32
    private const double QuarterTurn = 1.5707963267948966;                // 0x1.921fb54442d18p+0
    private const double FixedPointTurns = 10680707.430881744;            // 0x1.45f306dc9c883p+23, 2/pi * 2^24
    private const double QuarterTurnOf64 = 3.4061215800865545e-19;        // 0x1.921fb54442d18p-62
    private const uint SmallTrigonometric = 0x3980_0000;                  // 2^-12
    private const uint UnreducedTrigonometric = 0x3F40_0000;              // 0.75: the bound compares the upper 12 bits of pi/4 only
    private const uint FastTrigonometric = 0x42F0_0000;                   // 120
    private const uint Infinite = 0x7F80_0000;

    /// <summary>e^x, glibc's <c>expf</c>.</summary>
    /// <remarks>Evaluation in fp64: <c>k = rint(x * 32/ln2)</c>, <c>r = fma(32/ln2, x, -k)</c>, <c>y = fma(fma(C0, r, C1), r * r, fma(C2, r, 1))</c>, times <c>2^(k/32)</c> from a table of 32; rounded to
    /// fp32. Special values: above 0x1.62e42ep+6 +inf, below -0x1.9fe368p+6 +0, between them subnormals. Error below 0.502 ulp.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Exp(float x)
    {
        if (float.IsNaN(x))
            return FormatLimits.CanonicalNaN32;
        if (x > 88.72283172607421875f)
            return float.PositiveInfinity;
        if (x < -103.97207641601562f)
            return 0;
        double k = Math.Round(x * ThirtyTwoOverLn2, MidpointRounding.ToEven);
        double r = Math.FusedMultiplyAdd(ThirtyTwoOverLn2, x, -k);
        double upper = Math.FusedMultiplyAdd(GlibcTables.ExpCubic / 32768, r, GlibcTables.ExpSquare / 1024);
        double lower = Math.FusedMultiplyAdd(GlibcTables.ExpLinear / 32, r, 1);
        return (float)(Math.FusedMultiplyAdd(upper, r * r, lower) * GlibcTables.PowerOfTwo((long)k));
    }

    /// <summary>sin x, x in radians, glibc's <c>sinf</c>.</summary>
    /// <remarks>Evaluation in fp64: below 2^-12 x itself; below 120 <c>fma(-n, pi/2, x)</c> with n from a 24-bit fixed-point product, above by 96 bits of 4/pi in integers; then a polynomial of degree 7
    /// (sine) or 8 (cosine) by the quadrant, each product that is added fused. Special values: sin(-0) = -0. Error below 0.57 ulp.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Sin(float x) => Trigonometric(x, 0);

    /// <summary>cos x, x in radians, glibc's <c>cosf</c>.</summary>
    /// <remarks>Evaluation: as <see cref="Sin"/>, one quadrant ahead; below 2^-12 it is 1. Error below 0.57 ulp.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Cos(float x) => Trigonometric(x, 1);

    /// <summary>x to the power y, glibc's <c>powf</c>.</summary>
    /// <remarks>Evaluation in fp64: log2 x from a table of 16 reciprocals and logarithms and a polynomial of degree 5, times y, then 2^z from the table and polynomial of <see cref="Exp"/>; each product that is
    /// added is fused. Special values as in IEEE 754-2019 section 9.2.1: pow(x, 0) = pow(1, y) = 1 even for a quiet NaN; a signaling one gives NaN. Error below 0.53 ulp.</remarks>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    /// <returns>The value. Bitwise: identical on every machine.</returns>
    public static float Pow(float x, float y)
    {
        if (IsSignaling(x) || IsSignaling(y))
            return FormatLimits.CanonicalNaN32;
        if (y == 0 || x == 1)
            return 1;
        if (float.IsNaN(x) || float.IsNaN(y))
            return FormatLimits.CanonicalNaN32;
        float magnitude = Math.Abs(x);
        bool isInteger = float.IsFinite(y) && MathF.Floor(y) == y;
        bool isNegative = float.IsNegative(x) && isInteger && Math.Abs(y) < 16_777_216 && ((int)y & 1) != 0;
        if (magnitude == 1 && float.IsInfinity(y))
            return 1;
        if (x < 0 && float.IsFinite(x) && float.IsFinite(y) && !isInteger)
            return FormatLimits.CanonicalNaN32;
        float power = magnitude == 0 || float.IsInfinity(magnitude) || float.IsInfinity(y)
            ? (magnitude > 1 == y > 0 ? float.PositiveInfinity : 0)
            : Power(magnitude, y);
        return isNegative ? -power : power;
    }

    private static bool IsSignaling(float value) => float.IsNaN(value) && (BitConverter.SingleToUInt32Bits(value) & 0x40_0000) == 0;

    private static float Power(float x, float y)
    {
        double exponent = y * Log2(x);
        if (exponent > 127.99999995700433) // 0x1.fffffffd1d571p+6
            return float.PositiveInfinity;
        if (exponent <= -150)
            return 0;
        double k = Math.Round(exponent * 32, MidpointRounding.ToEven);
        double r = exponent - (k / 32);
        double upper = Math.FusedMultiplyAdd(GlibcTables.ExpCubic, r, GlibcTables.ExpSquare);
        double lower = Math.FusedMultiplyAdd(GlibcTables.ExpLinear, r, 1);
        return (float)(Math.FusedMultiplyAdd(upper, r * r, lower) * GlibcTables.PowerOfTwo((long)k));
    }

    private static double Log2(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        if (bits < 0x0080_0000)
            bits = BitConverter.SingleToUInt32Bits(x * 8_388_608) - (23u << 23);
        uint offset = bits - 0x3F33_0000;
        int index = (int)(offset >> 19) & 15;
        int exponent = (int)(offset & 0xFF80_0000) >> 23;
        double z = BitConverter.UInt32BitsToSingle(bits - (offset & 0xFF80_0000));
        double r = Math.FusedMultiplyAdd(z, GlibcTables.Reciprocals[index], -1);
        double square = r * r;
        double highest = Math.FusedMultiplyAdd(GlibcTables.Log2Polynomial[0], r, GlibcTables.Log2Polynomial[1]);
        double middle = Math.FusedMultiplyAdd(GlibcTables.Log2Polynomial[2], r, GlibcTables.Log2Polynomial[3]);
        double lowest = Math.FusedMultiplyAdd(GlibcTables.Log2Polynomial[4], r, GlibcTables.Logarithms[index] + exponent);
        return Math.FusedMultiplyAdd(highest, square * square, Math.FusedMultiplyAdd(middle, square, lowest));
    }

    /// <summary>Sine (quarter 0) or cosine (quarter 1).</summary>
    private static float Trigonometric(float value, int quarter)
    {
        uint magnitude = BitConverter.SingleToUInt32Bits(value) & 0x7FFF_FFFF;
        if (magnitude >= Infinite)
            return FormatLimits.CanonicalNaN32;
        if (magnitude < SmallTrigonometric)
            return quarter == 0 ? value : 1;
        double x = value;
        int turns = 0;
        int sign = 0;
        if (magnitude >= FastTrigonometric)
        {
            sign = float.IsNegative(value) ? 1 : 0;
            x = ReduceLarge(magnitude, out turns);
        }
        else if (magnitude >= UnreducedTrigonometric)
        {
            turns = ((int)(x * FixedPointTurns) + 0x80_0000) >> 24;
            x = Math.FusedMultiplyAdd(-turns, QuarterTurn, x);
        }

        int quadrant = (turns + sign) & 3;
        if (((turns ^ quarter) & 1) == 0)
            return (float)Sine(quadrant is 1 or 2 ? -x : x, x * x);
        double cosine = Cosine(x * x);
        return (float)((quadrant & 2) != 0 ? -cosine : cosine);
    }

    private static double ReduceLarge(uint magnitude, out int turns)
    {
        ReadOnlySpan<uint> digits = GlibcTables.FourOverPi.Slice((int)(magnitude >> 26) & 15, 9);
        uint significand = ((magnitude & 0x7F_FFFF) | 0x80_0000) << ((int)(magnitude >> 23) & 7);
        ulong low = (ulong)significand * digits[8];
        ulong product = ((low >> 32) | ((ulong)(significand * digits[0]) << 32)) + ((ulong)significand * digits[4]);
        ulong quarters = (product + (1UL << 61)) >> 62;
        turns = (int)quarters;
        return (long)(product - (quarters << 62)) * QuarterTurnOf64;
    }

    private static double Sine(double x, double square)
    {
        double cube = x * square;
        double upper = Math.FusedMultiplyAdd(square, GlibcTables.Sine7, GlibcTables.Sine5);
        return Math.FusedMultiplyAdd(cube * square, upper, Math.FusedMultiplyAdd(cube, GlibcTables.Sine3, x));
    }

    private static double Cosine(double square)
    {
        double fourth = square * square;
        double upper = Math.FusedMultiplyAdd(square, GlibcTables.Cosine8, GlibcTables.Cosine6);
        double lower = Math.FusedMultiplyAdd(fourth, GlibcTables.Cosine4, Math.FusedMultiplyAdd(square, GlibcTables.Cosine2, 1));
        return Math.FusedMultiplyAdd(fourth * square, upper, lower);
    }
}
