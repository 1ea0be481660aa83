using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using Xunit;

namespace PlanForensics.Tests.Numerics;

public class PortableMathTests
{
    public static TheoryData<string> Names => [.. PortableFunctions.All.Select(static f => f.Name)];

    public static TheoryData<string, int> NamesAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in PortableFunctions.All.Select(static f => f.Name))
                foreach (int width in (int[])[0, 256, 512])
                    if (PortableKernel.IsAvailable(width))
                        data.Add(name, width);
            return data;
        }
    }

    // Correctly rounded values from definitions: e = 2.718281828459045 lies between 0x402DF854 (2.71828175) and 0x402DF855; tanh 1 = 0.761594155956;
    // ln 2 = 0.693147180560 = 0x3F317218 - 1.9e-9; sin 1e22f uses 1e22 as fp32 = 9999999778196308361216 exactly.
    [Theory]
    [InlineData("Exp", 0x3F80_0000, 0x402D_F854)]
    [InlineData("Exp", 0x0000_0000, 0x3F80_0000)]
    [InlineData("Exp", 0x8000_0000, 0x3F80_0000)]
    [InlineData("Exp", 0x7F80_0000, 0x7F80_0000)]
    [InlineData("Exp", 0xFF80_0000, 0x0000_0000)]
    [InlineData("Exp", 0xFFC0_0001, 0x7FC0_0000)]
    [InlineData("Exp", 0x42B1_7217, 0x7F7F_FF84)]
    [InlineData("Exp", 0x42B1_7218, 0x7F80_0000)]
    [InlineData("Exp2", 0x4300_0000, 0x7F80_0000)]
    [InlineData("Exp2", 0xC315_0000, 0x0000_0001)]
    [InlineData("Exp2", 0xC316_0000, 0x0000_0000)]
    [InlineData("Exp2", 0x4120_0000, 0x4480_0000)]
    [InlineData("Log", 0x4000_0000, 0x3F31_7218)]
    [InlineData("Log", 0x3F80_0000, 0x0000_0000)]
    [InlineData("Log", 0x0000_0000, 0xFF80_0000)]
    [InlineData("Log", 0x8000_0000, 0xFF80_0000)]
    [InlineData("Log", 0xBF80_0000, 0x7FC0_0000)]
    [InlineData("Log", 0x7F80_0000, 0x7F80_0000)]
    [InlineData("Rsqrt", 0x4080_0000, 0x3F00_0000)]
    [InlineData("Rsqrt", 0x0000_0000, 0x7F80_0000)]
    [InlineData("Rsqrt", 0x8000_0000, 0xFF80_0000)]
    [InlineData("Rsqrt", 0x7F80_0000, 0x0000_0000)]
    [InlineData("Rsqrt", 0xBF80_0000, 0x7FC0_0000)]
    [InlineData("Sin", 0x8000_0000, 0x8000_0000)]
    [InlineData("Sin", 0x7F80_0000, 0x7FC0_0000)]
    [InlineData("Cos", 0x0000_0000, 0x3F80_0000)]
    [InlineData("Cos", 0xFF80_0000, 0x7FC0_0000)]
    [InlineData("Tanh", 0x8000_0000, 0x8000_0000)]
    [InlineData("Tanh", 0xFF80_0000, 0xBF80_0000)]
    [InlineData("Tanh", 0x0000_0001, 0x0000_0001)]
    [InlineData("Tanh", 0x3F80_0000, 0x3F42_F7D6)]
    [InlineData("Erf", 0x8000_0000, 0x8000_0000)]
    [InlineData("Erf", 0x7F80_0000, 0x3F80_0000)]
    public void Special_and_hand_worked_values(string name, uint x, uint expected) =>
        Samples.Bits(PortableFunctions.Named(name).Scalar(Samples.Value(x))).Should().Be(expected);

    [Theory]
    [MemberData(nameof(Names))]
    public void At_most_one_ulp_from_exact_arithmetic_over_a_dense_sample(string name)
    {
        PortableFunctions function = PortableFunctions.Named(name);
        UlpError error = new();
        foreach (float x in Arguments(function))
        {
            (double high, double low) = function.Oracle(x);
            error.Add(x, function.Scalar(x), high, low);
        }

        error.Points.Should().BeGreaterThan(200_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: max {error.Max:F8} ulp at 0x{Samples.Bits(error.WorstArgument):X8}, "
            + $"{error.NotCorrectlyRounded} of {error.Points} not correctly rounded");
        error.Max.Should().BeLessThan(0.5001, $"at 0x{Samples.Bits(error.WorstArgument):X8}");
    }

    [Fact]
    public void The_error_measure_notices_a_result_one_ulp_off()
    {
        UlpError error = new();
        (double high, double low) = FixedPointOracle.Exp(1.5f);
        error.Add(1.5f, MathF.BitIncrement(PortableMath.Exp(1.5f)), high, low);
        error.Max.Should().BeGreaterThan(0.5);
        error.NotCorrectlyRounded.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_oracle_agrees_with_the_platform_in_double_precision(string name)
    {
        PortableFunctions function = PortableFunctions.Named(name);
        for (int i = 1; i < 200; i++)
        {
            float x = function.Low + ((function.High - function.Low) * i / 200);
            (double high, double _) = function.Oracle(x);
            high.Should().BeApproximately(function.Quick(x), Math.Abs(high) * 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Every_width_has_the_bits_of_the_scalar_form(string name, int width)
    {
        PortableFunctions function = PortableFunctions.Named(name);
        Gen.OneOf(Samples.Floats.Array[0, 40], Samples.Moderate.Array[0, 40], Gen.Float[function.Low, function.High].Array[0, 40]).Sample(
            values =>
            {
                float[] results = new float[values.Length];
                function.AtWidth(values, results, width);
                results.Select(Samples.Bits).Should().Equal(values.Select(x => Samples.Bits(function.Scalar(x))));
            },
            iter: 2_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Span_forms_work_in_place_and_refuse_other_lengths(string name)
    {
        PortableFunctions function = PortableFunctions.Named(name);
        float[] values = [.. Enumerable.Range(0, 19).Select(static i => i / 7f)];
        uint[] expected = [.. values.Select(x => Samples.Bits(function.Scalar(x)))];
        function.Span(values, values);
        values.Select(Samples.Bits).Should().Equal(expected);
        FluentActions.Invoking(() => function.Span(values, new float[3])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void The_two_over_pi_table_is_that_of_Machins_formula() =>
        FixedPointOracle.TwoOverPi(256).ToString("X", System.Globalization.CultureInfo.InvariantCulture).TrimStart('0')
            .Should().Be("A2F9836E4E441529FC2757D1F534DDC0DB6295993C439041FE5163ABDEBBC561");

    [Fact]
    public void Exp2_of_integers_is_exact()
    {
        for (int k = -149; k < 128; k++)
            PortableMath.Exp2(k).Should().Be((float)Math.ScaleB(1.0, k));
    }

    [Theory]
    [InlineData(2f, 10f, 1024f)]
    [InlineData(-2f, 3f, -8f)]
    [InlineData(-2f, 0.5f, float.NaN)]
    [InlineData(float.NaN, 0f, 1f)]
    [InlineData(1f, float.NaN, 1f)]
    [InlineData(float.NaN, 1f, float.NaN)]
    [InlineData(-1f, float.NegativeInfinity, 1f)]
    [InlineData(-0f, -3f, float.NegativeInfinity)]
    [InlineData(-0f, -2f, float.PositiveInfinity)]
    [InlineData(0.5f, float.PositiveInfinity, 0f)]
    [InlineData(float.NegativeInfinity, 3f, float.NegativeInfinity)]
    [InlineData(float.NegativeInfinity, -0.5f, 0f)]
    [InlineData(2f, -149f, float.Epsilon)]
    [InlineData(10000f, -0.5f, 0.01f)]
    public void Pow_has_the_special_values_of_IEEE_754(float x, float y, float expected) => PortableMath.Pow(x, y).Should().Be(expected);

    [Fact]
    public void Pow_is_within_one_ulp_of_the_platform_in_double_precision() =>
        Gen.Select(Gen.Float[1e-6f, 1e6f], Gen.Float[-8f, 8f]).Sample(
            static (x, y) =>
            {
                double reference = Math.Pow(x, y);
                return Math.Abs(reference) >= float.MaxValue || UlpDistance.Between(PortableMath.Pow(x, y), (float)reference) <= 1;
            },
            iter: 50_000);

    /// <summary>About half over the interesting range, half over all patterns the function takes, plus the edges.</summary>
    private static IEnumerable<float> Arguments(PortableFunctions function)
    {
        for (int i = 0; i <= 100_000; i++)
            yield return (float)(function.Low + ((function.High - (double)function.Low) * i / 100_000));
        for (uint i = 0; i < 100_500; i++)
        {
            float x = Samples.Value(i * 42_733 & (function.TakesPositivesOnly ? 0x7FFF_FFFF : uint.MaxValue));
            bool insideRange = x > 2 * function.Low && x < 2 * function.High;
            if (float.IsFinite(x) && x != 0)
                yield return function.Name is "Sin" or "Cos" or "Log" or "Rsqrt" || insideRange ? x : function.High * (i / 100_500f);
            else
                yield return function.High * 0.5f;
        }
    }
}
