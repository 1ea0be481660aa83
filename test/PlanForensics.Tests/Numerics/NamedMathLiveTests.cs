using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

/// <summary>The named math paths against the libraries of this machine. PLANFORENSICS_LONG=1 compares all 2^32 arguments.</summary>
public class NamedMathLiveTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1";

    [Theory]
    [InlineData("glibc")]
    [InlineData("glibc_sin")]
    [InlineData("glibc_cos")]
    [InlineData("sleef")]
    [InlineData("ggml16")]
    [InlineData("ggml8")]
    public void Bits_are_the_librarys(string name)
    {
        Func<float, float> live = LiveMathLibraries.Named(name);
        Func<float, float> ours = NamedMathFunctions.Named(name);
        long compared = 0;
        foreach (uint special in Samples.SpecialPatterns)
            Same(name, ours, live, special);
        ulong stride = IsLong ? 1 : 8_191UL; // prime: every exponent and many low bits
        for (ulong pattern = 0; pattern <= uint.MaxValue; pattern += stride, compared++)
            Same(name, ours, live, (uint)pattern);
        compared.Should().BeGreaterThan(500_000);
    }

    [Fact]
    public void Negative_control_the_portable_exponential_is_not_the_librarys()
    {
        Func<float, float> live = LiveMathLibraries.Named("glibc");
        int different = Enumerable.Range(0, 20_000).Count(index => PortableMath.Exp(index * -0.001f) != live(index * -0.001f));
        different.Should().BePositive().And.BeLessThan(200, "glibc's is almost always correctly rounded");
    }

    [Fact]
    public void Powers_are_glibcs()
    {
        LiveMathLibraries.RequireGlibc();
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 200_000; round++)
        {
            float x = round % 3 == 0 ? Samples.Value((uint)random.NextInt64(1L << 32)) : (float)(random.NextDouble() * 1e6);
            float y = round % 5 == 0 ? random.Next(-9, 9) : (float)((random.NextDouble() - 0.5) * (round % 2 == 0 ? 300 : 4));
            uint expected = Canonical(LiveMathLibraries.Powf(x, y));
            Samples.Bits(GlibcMath.Pow(x, y)).Should().Be(expected, $"pow({x:R}, {y:R}), seed {seed}");
        }
    }

    private static void Same(string name, Func<float, float> ours, Func<float, float> live, uint pattern)
    {
        float x = Samples.Value(pattern);
        uint expected = Canonical(live(x));
        uint actual = Samples.Bits(ours(x));
        if (actual != expected)
            Assert.Fail($"{name}(0x{pattern:X8}): the library gives 0x{expected:X8}, ours 0x{actual:X8}");
    }

    private static uint Canonical(float value) => float.IsNaN(value) ? 0x7FC0_0000 : Samples.Bits(value);
}
