using ILGPU;

namespace PlanForensics.Gpu.Arithmetic;

/// <summary><see cref="Numerics.PortableMath"/> inside a kernel: the same IEEE 754 operations in the same order.</summary>
/// <remarks>Bitwise: identical on every machine; compared with PortableMath in the tests. Source: <see cref="Numerics.PortableMath"/>.</remarks>
internal static class DeviceMath
{
    private const double ToInteger = 6755399441055744.0; // 1.5 * 2^52
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.6931471805599453;
    private const double Ln2Low = 2.3190468138462996e-17;

    public static float Exp(float x)
    {
        double minusOne = ReducedExpMinusOne(Clamp(Fp.Widen(x), -110.0, 90.0), out ulong shifted);
        return Finish(Scale(Fp.Add(minusOne, 1.0), shifted));
    }

    public static float Exp2(float x)
    {
        double clamped = Clamp(Fp.Widen(x), -160.0, 130.0);
        double shifted = Fp.Add(clamped, ToInteger);
        double fraction = Fp.Sub(clamped, Fp.Sub(shifted, ToInteger));
        double r = Fp.Mul(fraction, Ln2High);
        double minusOne = Fp.Mul(r, ExpPolynomial(r));
        return Finish(Scale(Fp.Add(minusOne, 1.0), Interop.FloatAsInt(shifted)));
    }

    public static float Tanh(float x)
    {
        ulong bits = Interop.FloatAsInt(Fp.Widen(x));
        ulong sign = bits & 0x8000_0000_0000_0000UL;
        double magnitude = Clamp(Interop.IntAsFloat(bits ^ sign), 0.0, 20.0);
        double reduced = ReducedExpMinusOne(Fp.Add(magnitude, magnitude), out ulong shifted);
        double scale = Scale(1.0, shifted);
        double t = Fp.Fma(scale, reduced, Fp.Sub(scale, 1.0));
        double quotient = Fp.Div(t, Fp.Add(t, 2.0));
        return Finish(Interop.IntAsFloat(Interop.FloatAsInt(quotient) | sign));
    }

    public static float Rsqrt(float x) => Finish(Fp.Div(1.0, Fp.Sqrt(Fp.Widen(x))));

    public static float Log(float x)
    {
        double wide = Fp.Widen(x);
        ulong bits = Interop.FloatAsInt(wide);
        ulong biased = (bits - 0x3FE6_A09E_667F_3BCDUL + (1023UL << 52)) >> 52;
        double m = Interop.IntAsFloat(bits - (biased << 52) + (1023UL << 52));
        double e = Fp.Sub(Interop.IntAsFloat(biased | 0x4330_0000_0000_0000UL), 4503599627370496.0 + 1023);
        double f = Fp.Sub(m, 1.0);
        double s = Fp.Div(f, Fp.Add(f, 2.0));
        double w = Fp.Mul(s, s);
        double series = AtanhPolynomial(w);
        double twice = Fp.Add(s, s);
        double logarithm = Fp.Fma(Fp.Mul(twice, w), series, twice);
        double result = Fp.Fma(e, Ln2High, Fp.Fma(e, Ln2Low, logarithm));
        if (wide == double.PositiveInfinity)
            result = double.PositiveInfinity;
        if (wide == 0.0)
            result = double.NegativeInfinity;
        if (wide < 0.0 || FormatRounding.IsNaN(x))
            result = Interop.IntAsFloat(0x7FF8_0000_0000_0000UL);
        return Finish(result);
    }

    private static float Finish(double value) => FormatRounding.Canonical(Fp.Narrow(value));

    private static double Clamp(double x, double low, double high)
    {
        double raised = x < low ? low : x;
        return high < raised ? high : raised;
    }

    private static double ReducedExpMinusOne(double x, out ulong shifted)
    {
        double sum = Fp.Fma(x, Log2E, ToInteger);
        double k = Fp.Sub(sum, ToInteger);
        double r = Fp.Fma(k, -Ln2High, x);
        r = Fp.Fma(k, -Ln2Low, r);
        shifted = Interop.FloatAsInt(sum);
        return Fp.Mul(r, ExpPolynomial(r));
    }

    private static double Scale(double value, ulong shifted) => Interop.IntAsFloat(Interop.FloatAsInt(value) + (shifted << 52));

    private static double ExpPolynomial(double r)
    {
        double sum = 1 / 6227020800.0;
        sum = Fp.Fma(sum, r, 1 / 479001600.0);
        sum = Fp.Fma(sum, r, 1 / 39916800.0);
        sum = Fp.Fma(sum, r, 1 / 3628800.0);
        sum = Fp.Fma(sum, r, 1 / 362880.0);
        sum = Fp.Fma(sum, r, 1 / 40320.0);
        sum = Fp.Fma(sum, r, 1 / 5040.0);
        sum = Fp.Fma(sum, r, 1 / 720.0);
        sum = Fp.Fma(sum, r, 1 / 120.0);
        sum = Fp.Fma(sum, r, 1 / 24.0);
        sum = Fp.Fma(sum, r, 1 / 6.0);
        sum = Fp.Fma(sum, r, 1 / 2.0);
        return Fp.Fma(sum, r, 1.0);
    }

    private static double AtanhPolynomial(double w)
    {
        double sum = 1 / 21.0;
        sum = Fp.Fma(sum, w, 1 / 19.0);
        sum = Fp.Fma(sum, w, 1 / 17.0);
        sum = Fp.Fma(sum, w, 1 / 15.0);
        sum = Fp.Fma(sum, w, 1 / 13.0);
        sum = Fp.Fma(sum, w, 1 / 11.0);
        sum = Fp.Fma(sum, w, 1 / 9.0);
        sum = Fp.Fma(sum, w, 1 / 7.0);
        sum = Fp.Fma(sum, w, 1 / 5.0);
        return Fp.Fma(sum, w, 1 / 3.0);
    }
}
