using ILGPU;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Arithmetic;

/// <summary>The exponential of a plan's math path inside a kernel, operation by operation as the class in <see cref="Numerics"/> of that path.</summary>
/// <remarks>glibc's needs its 32 powers of two, which the caller hands in. Bitwise: identical on every machine; compared with the classes in the tests.</remarks>
internal static class DeviceExp
{
    private const float ToInteger = 12_582_912f; // 1.5 * 2^23
    private const double ToInteger64 = 6755399441055744.0; // 1.5 * 2^52
    private const double ThirtyTwoOverLn2 = 1.4426950408889634 * 32;

    public static float Exp(int path, float x, ArrayView<ulong> roots)
    {
        if (path == (int)MathPath.Portable)
            return DeviceMath.Exp(x);
        if (path == (int)MathPath.Glibc)
            return Glibc(x, roots);
        if (path == (int)MathPath.Sleef)
            return Sleef(x);
        if (path == (int)MathPath.Mlas)
            return Mlas(x);
        if (path == (int)MathPath.Ggml16)
            return Ggml16(x);
        return path == (int)MathPath.Ggml8 ? Ggml8(x) : Ggml4(x);
    }

    private static float Glibc(float x, ArrayView<ulong> roots)
    {
        if (FormatRounding.IsNaN(x))
            return FormatRounding.NaN;
        if (x > 88.72283172607421875f)
            return float.PositiveInfinity;
        if (x < -103.97207641601562f)
            return 0.0f;
        double wide = Fp.Widen(x);
        double k = Fp.Sub(Fp.Add(Fp.Mul(wide, ThirtyTwoOverLn2), ToInteger64), ToInteger64);
        double r = Fp.Fma(ThirtyTwoOverLn2, wide, -k);
        double upper = Fp.Fma(Numerics.GlibcTables.ExpCubic / 32768, r, Numerics.GlibcTables.ExpSquare / 1024);
        double lower = Fp.Fma(Numerics.GlibcTables.ExpLinear / 32, r, 1.0);
        int whole = (int)k;
        double power = Interop.IntAsFloat(roots[whole & 31] + ((ulong)(long)(whole >> 5) << 52));
        return Fp.Narrow(Fp.Mul(Fp.Fma(upper, Fp.Mul(r, r), lower), power));
    }

    private static float Sleef(float x)
    {
        if (FormatRounding.IsNaN(x))
            return FormatRounding.NaN;
        if (x > 100.0f)
            return float.PositiveInfinity;
        if (x < -104.0f)
            return 0.0f;
        float q = Fp.Sub(Fp.Add(Fp.Mul(x, Bits(0x3FB8_AA3B)), ToInteger), ToInteger);
        float s = Fp.Fma(q, -Bits(0x35BF_BE8E), Fp.Fma(q, -Bits(0x3F31_7200), x));
        float u = 0.00019852762f;
        u = Fp.Fma(u, s, 0.0013930436f);
        u = Fp.Fma(u, s, 0.008333361f);
        u = Fp.Fma(u, s, 0.041666485f);
        u = Fp.Fma(u, s, 0.16666667f);
        u = Fp.Fma(u, s, 0.5f);
        u = Fp.Add(1.0f, Fp.Fma(Fp.Mul(s, s), u, s));
        int whole = (int)q;
        int half = whole >> 1;
        return Fp.Mul(Fp.Mul(u, Bits((uint)(half + 127) << 23)), Bits((uint)(whole - half + 127) << 23));
    }

    private static float Mlas(float x)
    {
        if (FormatRounding.IsNaN(x))
            return FormatRounding.NaN;
        float raised = x < -103.9720840454f ? -103.9720840454f : x;
        float m = Fp.Sub(Fp.Fma(raised, 1.44269504088896341f, ToInteger), ToInteger);
        float r = Fp.Fma(m, -1.42860677e-6f, Fp.Fma(m, -6.93145752e-1f, raised));
        float p = Bits(0x3AB4_A000);
        p = Fp.Fma(p, r, Bits(0x3C09_2F6E));
        p = Fp.Fma(p, r, Bits(0x3D2A_ADAD));
        p = Fp.Fma(p, r, Bits(0x3E2A_AA28));
        p = Fp.Fma(p, r, Bits(0x3EFF_FFFB));
        p = Fp.Fma(p, r, 1.0f);
        p = Fp.Fma(p, r, 1.0f);
        return Scale(p, m);
    }

    private static float Ggml16(float x)
    {
        float z = Fp.Fma(x, Bits(0x3FB8_AA3B), ToInteger);
        float n = Fp.Sub(z, ToInteger);
        float b = Fp.Fma(-n, Bits(0x35BF_BE8E), Fp.Fma(-n, Bits(0x3F31_7200), x));
        if (Magnitude(n) > 192.0f)
            return n <= 0.0f ? 0.0f : float.PositiveInfinity;
        return Scale(Fp.Fma(Upper(b), Fp.Mul(b, b), Fp.Fma(Bits(0x3F7F_FFF6), b, 1.0f)), n);
    }

    private static float Ggml8(float x)
    {
        float z = Fp.Fma(x, Bits(0x3FB8_AA3B), ToInteger);
        float n = Fp.Sub(z, ToInteger);
        if (FormatRounding.IsNaN(n))
            return FormatRounding.NaN;
        float b = Fp.Fma(-n, Bits(0x35BF_BE8E), Fp.Fma(-n, Bits(0x3F31_7200), x));
        float j = Fp.Fma(Upper(b), Fp.Mul(b, b), Fp.Mul(Bits(0x3F7F_FFF6), b));
        uint exponent = Interop.FloatAsInt(z) << 23;
        float k = Bits(exponent + 0x3F80_0000u);
        if (Magnitude(n) <= 126.0f)
            return FormatRounding.Canonical(Fp.Fma(j, k, k));
        uint shift = n <= 0.0f ? 0x8200_0000u : 0u;
        float first = Bits(shift + 0x7F00_0000u);
        float second = Bits(exponent - shift);
        return Magnitude(n) > 192.0f ? Fp.Mul(first, first) : FormatRounding.Canonical(Fp.Mul(Fp.Fma(second, j, second), first));
    }

    private static float Ggml4(float x)
    {
        float z = Fp.Add(Fp.Mul(x, Bits(0x3FB8_AA3B)), ToInteger);
        float n = Fp.Sub(z, ToInteger);
        if (FormatRounding.IsNaN(n))
            return FormatRounding.NaN;
        float b = Fp.Sub(Fp.Sub(x, Fp.Mul(n, Bits(0x3F31_7200))), Fp.Mul(n, Bits(0x35BF_BE8E)));
        float u = Fp.Mul(b, b);
        float upper = Fp.Add(
            Fp.Mul(Fp.Add(Fp.Mul(Bits(0x3C07_2010), b), Bits(0x3D2B_9F17)), u),
            Fp.Add(Fp.Mul(Bits(0x3E2A_AF33), b), Bits(0x3EFF_FEDB)));
        float j = Fp.Add(Fp.Mul(upper, u), Fp.Mul(Bits(0x3F7F_FFF6), b));
        uint exponent = Interop.FloatAsInt(z) << 23;
        float k = Bits(exponent + 0x3F80_0000u);
        if (Magnitude(n) <= 126.0f)
            return FormatRounding.Canonical(Fp.Add(Fp.Mul(j, k), k));
        uint shift = n <= 0.0f ? 0x8200_0000u : 0u;
        float first = Bits(shift + 0x7F00_0000u);
        float second = Bits(exponent - shift);
        return Magnitude(n) > 192.0f ? Fp.Mul(first, first) : FormatRounding.Canonical(Fp.Mul(Fp.Add(Fp.Mul(second, j), second), first));
    }

    private static float Upper(float b)
    {
        float highest = Fp.Fma(Bits(0x3C07_2010), b, Bits(0x3D2B_9F17));
        return Fp.Fma(highest, Fp.Mul(b, b), Fp.Fma(Bits(0x3E2A_AF33), b, Bits(0x3EFF_FEDB)));
    }

    /// <summary>vscalefps: fl(x * 2^floor(exponent)), one rounding; the exponent is a whole number or huge.</summary>
    private static float Scale(float x, float exponent)
    {
        bool infinite = Magnitude(exponent) == float.PositiveInfinity;
        if (FormatRounding.IsNaN(exponent) || (FormatRounding.IsNaN(x) && !infinite))
            return FormatRounding.NaN;
        if (FormatRounding.IsNaN(x))
            return exponent > 0.0f ? float.PositiveInfinity : 0.0f;
        if (infinite && (exponent > 0.0f ? x == 0.0f : Magnitude(x) == float.PositiveInfinity))
            return FormatRounding.NaN;
        float raised = exponent < -600.0f ? -600.0f : exponent;
        int whole = (int)(raised > 600.0f ? 600.0f : raised);
        return Fp.Narrow(Fp.Mul(Fp.Widen(x), FormatRounding.PowerOfTwo(whole)));
    }

    private static float Magnitude(float value) => Bits(Interop.FloatAsInt(value) & 0x7FFF_FFFFu);

    private static float Bits(uint bits) => Interop.IntAsFloat(bits);
}
