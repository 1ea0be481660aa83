namespace PlanForensics.Numerics;

/// <summary>Elementary functions of fp32 numbers with the same bits on every machine: the <c>portable</c> math path.</summary>
/// <remarks>
/// <para>Every function widens its argument to fp64 (exact), evaluates a fixed sequence of IEEE 754 operations there (add, subtract, multiply, divide,
/// square root, fused multiply-add) and integer operations, and rounds once to fp32, to nearest-even, subnormals kept. No operation of the platform's
/// math library is used, so nothing depends on processor, operating system or vector width; span forms have the bits of the scalar forms.</para>
/// <para>A NaN argument, and an argument outside the domain, give the canonical NaN 0x7FC00000. Errors quoted are the largest over all
/// arguments whose result is not NaN, in ulps of the exact result's binade; how they were measured is in docs/numerics.md.</para>
/// <para>Bitwise: identical on every machine. Source: the series named with each function; docs/numerics.md.</para>
/// </remarks>
public static class PortableMath
{
    /// <summary>e^x.</summary>
    /// <remarks>Evaluation: x = k ln2 + r with k the nearest integer; e^r = 1 + r (1 + r/2! + ... + r^12/13!) by Horner with fma; times 2^k.
    /// Special values: e^-inf = +0, e^+inf = +inf, underflow gives subnormals, then +0.
    /// Largest error: 0.499999998 ulp, all 4,278,190,082 correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Exp(float x) => PortableKernel.Run<ExpFunction>(x);

    /// <summary>e^x, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Exp(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<ExpFunction>(source, destination, PortableKernel.Best);

    /// <summary>2^x.</summary>
    /// <remarks>Evaluation: x = k + f with k the nearest integer, f exact; r = f ln2, then as Exp.
    /// Special values: 2^-inf = +0, 2^+inf = +inf; integers give exact powers, subnormal ones too.
    /// Largest error: 0.500000001 ulp, 2 of 4,278,190,082 not correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Exp2(float x) => PortableKernel.Run<Exp2Function>(x);

    /// <summary>2^x, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Exp2(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<Exp2Function>(source, destination, PortableKernel.Best);

    /// <summary>ln x.</summary>
    /// <remarks>Evaluation: x = 2^e m with m in [sqrt(1/2), sqrt(2)); s = (m - 1) / (m + 1); e ln2 + 2 (s + s^3/3 + ... + s^21/21).
    /// Special values: ln(+0) = ln(-0) = -inf, ln(+inf) = +inf, negative arguments give NaN, ln(1) = +0; subnormals count in full.
    /// Largest error: 0.500000001 ulp, 5 of 2,139,095,042 not correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Log(float x) => PortableKernel.Run<LogFunction>(x);

    /// <summary>ln x, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Log(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<LogFunction>(source, destination, PortableKernel.Best);

    /// <summary>1 / sqrt(x).</summary>
    /// <remarks>Evaluation: 1 / sqrt(x) in fp64, square root first.
    /// Special values: rsqrt(+0) = +inf, rsqrt(-0) = -inf, rsqrt(+inf) = +0, negative arguments give NaN.
    /// Largest error: 0.499999997 ulp, all 2,139,095,042 correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Rsqrt(float x) => PortableKernel.Run<RsqrtFunction>(x);

    /// <summary>1 / sqrt(x), for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Rsqrt(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<RsqrtFunction>(source, destination, PortableKernel.Best);

    /// <summary>sin x, x in radians.</summary>
    /// <remarks>Evaluation: r = x - k pi/2 in fp64 (two fused steps up to |x| = 2^24, Payne and Hanek above), then Taylor in r^2 to r^17 or r^16.
    /// Special values: sin(-0) = -0, infinities give NaN.
    /// Largest error: 0.500000001 ulp, 2 of 4,278,190,080 not correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Sin(float x) => PortableKernel.Run<SinFunction>(x);

    /// <summary>sin x, x in radians, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Sin(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<SinFunction>(source, destination, PortableKernel.Best);

    /// <summary>cos x, x in radians.</summary>
    /// <remarks>Evaluation: as Sin, one quarter turn ahead.
    /// Special values: infinities give NaN.
    /// Largest error: 0.500000000 ulp, 4 of 4,278,190,080 not correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Cos(float x) => PortableKernel.Run<CosFunction>(x);

    /// <summary>cos x, x in radians, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Cos(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<CosFunction>(source, destination, PortableKernel.Best);

    /// <summary>tanh x.</summary>
    /// <remarks>Evaluation: t = e^(2|x|) - 1 by the steps of Exp without cancellation; t / (t + 2); sign of x.
    /// Special values: tanh(-0) = -0, tanh(+-inf) = +-1.
    /// Largest error: 0.499999991 ulp, all 4,278,190,082 correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Tanh(float x) => PortableKernel.Run<TanhFunction>(x);

    /// <summary>tanh x, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Tanh(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<TanhFunction>(source, destination, PortableKernel.Best);

    /// <summary>erf x.</summary>
    /// <remarks>Evaluation: x P(x^2 / 8 - 1), P of degree 25 by Horner with fma, x limited to [-4, 4].
    /// Special values: erf(-0) = -0, erf(+-inf) = +-1.
    /// Largest error: 0.500000005 ulp, 4 of 4,278,190,082 not correctly rounded.</remarks>
    /// <param name="x">The argument.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Erf(float x) => PortableKernel.Run<ErfFunction>(x);

    /// <summary>erf x, for each element; the bits of the scalar form.</summary>
    /// <param name="source">The arguments.</param>
    /// <param name="destination">Receives the values; of the same length; may be the same span, but not overlap at an offset.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the spans overlap at an offset.</exception>
    public static void Erf(ReadOnlySpan<float> source, Span<float> destination) =>
        PortableKernel.Run<ErfFunction>(source, destination, PortableKernel.Best);

    /// <summary>x to the power y.</summary>
    /// <remarks>Evaluation: e^(y ln|x|), both in fp64 by the steps of <see cref="Exp(float)"/> and <see cref="Log(float)"/>, then the sign.
    /// Special values as in IEEE 754-2019 section 9.2.1: pow(x, 0) = pow(1, y) = 1 even for NaN, pow(-1, +-inf) = 1, a negative x with a y that is no
    /// integer gives NaN. Within 1 ulp of the correctly rounded value in every random
    /// case of the tests (docs/numerics.md).</remarks>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent.</param>
    /// <returns>The rounded value. Bitwise: identical on every machine.</returns>
    public static float Pow(float x, float y)
    {
        if (y == 0 || x == 1)
            return 1;
        if (float.IsNaN(x) || float.IsNaN(y))
            return FormatLimits.CanonicalNaN32;
        double magnitude = Math.Abs(x);
        if (magnitude == 1 && float.IsInfinity(y))
            return 1;
        bool isInteger = Math.Floor(y) == y;
        if (x < 0 && float.IsFinite(x) && !isInteger)
            return FormatLimits.CanonicalNaN32;
        double exponent = y * LogFunction.Apply<ScalarLanes, double>(magnitude);
        double power = ExpFunction.Apply<ScalarLanes, double>(exponent);
        bool isOdd = isInteger && Math.Abs(y) < 16_777_216 && ((int)y & 1) != 0;
        return (float)(float.IsNegative(x) && isOdd ? -power : power);
    }
}
