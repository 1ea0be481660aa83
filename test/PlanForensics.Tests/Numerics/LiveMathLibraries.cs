using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace PlanForensics.Tests.Numerics;

/// <summary>The machine's own libraries; tests that need one skip, saying why, where it is absent or another version.</summary>
internal static partial class LiveMathLibraries
{
    public static Func<float, float> Named(string name)
    {
        switch (name)
        {
            case "ggml16":
            case "ggml8":
                if (!Avx512F.IsSupported)
                    Assert.Skip("ggml's vector exponential is compared on processors with AVX-512F");
                return name == "ggml16" ? Vector16 : Vector8;
            case "sleef":
                if (!NativeLibrary.TryLoad("libsleef.so.3", out nint sleef) || !NativeLibrary.TryGetExport(sleef, "Sleef_expf1_u10purecfma", out _))
                    Assert.Skip("Sleef is not installed (Debian: libsleef3)");
                return SleefExp;
            default:
                RequireGlibc();
                return name switch { "glibc" => Expf, "glibc_sin" => Sinf, _ => Cosf };
        }
    }

    public static void RequireGlibc()
    {
        if (!OperatingSystem.IsLinux() || !Fma.IsSupported || !NativeLibrary.TryLoad("libc.so.6", out nint libc) || !NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _))
            Assert.Skip("the comparison needs glibc on an x86-64 processor with FMA");
        string version = Marshal.PtrToStringUTF8(GlibcVersion()) ?? "";
        if (version != "2.36")
            Assert.Skip($"recorded for glibc 2.36; this machine has {version}");
    }

    [LibraryImport("libm.so.6", EntryPoint = "powf")]
    public static partial float Powf(float x, float y);

    [LibraryImport("libm.so.6", EntryPoint = "expf")]
    private static partial float Expf(float x);

    [LibraryImport("libm.so.6", EntryPoint = "sinf")]
    private static partial float Sinf(float x);

    [LibraryImport("libm.so.6", EntryPoint = "cosf")]
    private static partial float Cosf(float x);

    [LibraryImport("libsleef.so.3", EntryPoint = "Sleef_expf1_u10purecfma")]
    private static partial float SleefExp(float x);

    [LibraryImport("libc.so.6", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GlibcVersion();

    /// <summary>ggml's formula in the processor's own instructions: the scaling is <c>vscalefps</c>.</summary>
    private static float Vector16(float value)
    {
        Vector512<float> x = Vector512.Create(value);
        Vector512<float> bias = Vector512.Create(12_582_912f);
        Vector512<float> n = Avx512F.FusedMultiplyAdd(x, Vector512.Create(1.44269502f), bias) - bias;
        Vector512<float> b = Avx512F.FusedMultiplyAddNegated(n, Constant(0x35BF_BE8E), Avx512F.FusedMultiplyAddNegated(n, Constant(0x3F31_7200), x));
        Vector512<float> high = Avx512F.FusedMultiplyAdd(Constant(0x3C07_2010), b, Constant(0x3D2B_9F17));
        Vector512<float> low = Avx512F.FusedMultiplyAdd(Constant(0x3E2A_AF33), b, Constant(0x3EFF_FEDB));
        Vector512<float> j = Avx512F.FusedMultiplyAdd(
            Avx512F.FusedMultiplyAdd(high, b * b, low), b * b, Avx512F.FusedMultiplyAdd(Constant(0x3F7F_FFF6), b, Vector512.Create(1f)));
        Vector512<float> isFar = Vector512.GreaterThan(Vector512.Abs(n), Vector512.Create(192f));
        Vector512<float> far = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(n, Vector512<float>.Zero), Vector512<float>.Zero, Vector512.Create(float.PositiveInfinity));
        return Vector512.ConditionalSelect(isFar, far, Avx512F.Scale(j, n)).ToScalar();
    }

    private static float Vector8(float value)
    {
        Vector256<float> x = Vector256.Create(value);
        Vector256<float> bias = Vector256.Create(12_582_912f);
        Vector256<float> z = Fma.MultiplyAdd(x, Vector256.Create(1.44269502f), bias);
        Vector256<float> n = z - bias;
        Vector256<float> b = Fma.MultiplyAddNegated(n, Constant(0x35BF_BE8E).GetLower(), Fma.MultiplyAddNegated(n, Constant(0x3F31_7200).GetLower(), x));
        Vector256<uint> e = Vector256.ShiftLeft(z.AsUInt32(), 23);
        Vector256<float> k = (e + Vector256.Create(0x3F80_0000u)).AsSingle();
        Vector256<float> high = Fma.MultiplyAdd(Constant(0x3C07_2010).GetLower(), b, Constant(0x3D2B_9F17).GetLower());
        Vector256<float> low = Fma.MultiplyAdd(Constant(0x3E2A_AF33).GetLower(), b, Constant(0x3EFF_FEDB).GetLower());
        Vector256<float> j = Fma.MultiplyAdd(Fma.MultiplyAdd(high, b * b, low), b * b, Constant(0x3F7F_FFF6).GetLower() * b);
        Vector256<uint> g = Vector256.LessThanOrEqual(n, Vector256<float>.Zero).AsUInt32() & Vector256.Create(0x8200_0000u);
        Vector256<float> s1 = (g + Vector256.Create(0x7F00_0000u)).AsSingle();
        Vector256<float> s2 = (e - g).AsSingle();
        Vector256<float> isFar = Vector256.GreaterThan(Vector256.Abs(n), Vector256.Create(126f));
        Vector256<float> isBeyond = Vector256.GreaterThan(Vector256.Abs(n), Vector256.Create(192f));
        Vector256<float> split = Vector256.ConditionalSelect(isFar, Fma.MultiplyAdd(s2, j, s2) * s1, Fma.MultiplyAdd(k, j, k));
        return Vector256.ConditionalSelect(isBeyond, s1 * s1, split).ToScalar();
    }

    private static Vector512<float> Constant(uint bits) => Vector512.Create(bits).AsSingle();
}
