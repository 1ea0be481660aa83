using System.Runtime.CompilerServices;

namespace PlanForensics.Numerics;

/// <summary>Steps that several portable functions share.</summary>
internal static class PortableSteps
{
    /// <summary>1.5 * 2^52: adding it rounds to an integer (nearest-even), which the low bits of the sum then hold in two's complement.</summary>
    public const double ToInteger = 6755399441055744.0;

    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.6931471805599453;
    private const double Ln2Low = 2.3190468138462996e-17;

    // 1/13! down to 1/1!: the Taylor series of (e^r - 1) / r, whose error at |r| <= ln2 / 2 is below 2^-58.
    private static ReadOnlySpan<double> ExpCoefficients =>
    [
        1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0,
        1 / 6.0, 1 / 2.0, 1.0,
    ];

    /// <summary>Horner's rule with one fma for each coefficient, the highest power first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Polynomial<TLanes, T>(T x, ReadOnlySpan<double> coefficients)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T sum = TLanes.Create(coefficients[0]);
        for (int i = 1; i < coefficients.Length; i++)
            sum = TLanes.FusedMultiplyAdd(sum, x, TLanes.Create(coefficients[i]));
        return sum;
    }

    /// <summary>x limited to [low, high].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Clamp<TLanes, T>(T x, double low, double high)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T bottom = TLanes.Create(low);
        T top = TLanes.Create(high);
        x = TLanes.SelectLess(x, bottom, bottom, x);
        return TLanes.SelectLess(top, x, top, x);
    }

    /// <summary>Splits x into k * ln2 + r: returns e^r - 1, and k in the low bits of <paramref name="shifted"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReducedExpMinusOne<TLanes, T>(T x, out T shifted)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        shifted = TLanes.FusedMultiplyAdd(x, TLanes.Create(Log2E), TLanes.Create(ToInteger));
        T k = TLanes.Subtract(shifted, TLanes.Create(ToInteger));
        T r = TLanes.FusedMultiplyAdd(k, TLanes.Create(-Ln2High), x);
        r = TLanes.FusedMultiplyAdd(k, TLanes.Create(-Ln2Low), r);
        return TLanes.Multiply(r, Polynomial<TLanes, T>(r, ExpCoefficients));
    }

    /// <summary>e^x in fp64, for |x| below 700.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T minusOne = ReducedExpMinusOne<TLanes, T>(x, out T shifted);
        return Scale<TLanes, T>(TLanes.Add(minusOne, TLanes.Create(1.0)), shifted);
    }

    /// <summary>2^f for |f| at most 1/2, times 2^k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp2<TLanes, T>(T fraction, T shifted)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        T r = TLanes.Multiply(fraction, TLanes.Create(Ln2High));
        T minusOne = TLanes.Multiply(r, Polynomial<TLanes, T>(r, ExpCoefficients));
        return Scale<TLanes, T>(TLanes.Add(minusOne, TLanes.Create(1.0)), shifted);
    }

    /// <summary>value * 2^k by adding k to the exponent field; value and result are normal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scale<TLanes, T>(T value, T shifted)
        where TLanes : struct, ILanes<T>
        where T : struct => TLanes.AddBits(value, TLanes.ShiftLeft(shifted, 52));

    /// <summary>ln x in fp64 for positive normal finite x: x = 2^e * m, m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m - 1) / (m + 1)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<TLanes, T>(T x)
        where TLanes : struct, ILanes<T>
        where T : struct
    {
        // 0x3FE6A09E667F3BCD is sqrt(1/2); adding 1023 keeps the exponent positive while it is shifted down.
        T offset = TLanes.AddBits(TLanes.SubtractBits(x, TLanes.FromBits(0x3FE6_A09E_667F_3BCD)), TLanes.FromBits(1023UL << 52));
        T biased = TLanes.ShiftRight(offset, 52);
        T m = TLanes.AddBits(TLanes.SubtractBits(x, TLanes.ShiftLeft(biased, 52)), TLanes.FromBits(1023UL << 52));
        // 2^52 with the integer in its low bits, less 2^52 + 1023.
        T e = TLanes.Subtract(TLanes.Or(biased, TLanes.FromBits(0x4330_0000_0000_0000)), TLanes.Create(4503599627370496.0 + 1023));
        T f = TLanes.Subtract(m, TLanes.Create(1.0));
        T s = TLanes.Divide(f, TLanes.Add(f, TLanes.Create(2.0)));
        T w = TLanes.Multiply(s, s);
        T series = Polynomial<TLanes, T>(w, AtanhCoefficients);
        T twice = TLanes.Add(s, s);
        T logarithm = TLanes.FusedMultiplyAdd(TLanes.Multiply(twice, w), series, twice);
        return TLanes.FusedMultiplyAdd(e, TLanes.Create(Ln2High), TLanes.FusedMultiplyAdd(e, TLanes.Create(Ln2Low), logarithm));
    }

    // atanh(s) = s + s^3/3 + s^5/5 + ...; at |s| <= 0.1716 the first term left out is below 2^-58 of s.
    private static ReadOnlySpan<double> AtanhCoefficients =>
    [
        1 / 21.0, 1 / 19.0, 1 / 17.0, 1 / 15.0, 1 / 13.0, 1 / 11.0, 1 / 9.0, 1 / 7.0, 1 / 5.0, 1 / 3.0,
    ];
}
