using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

public sealed class LayerNormRowsTests
{
    private const string Aten = "layer_norm";
    private const string Old = "layer_norm statistics=cascade_grouped step=muladd scaling=shifted";
    private const string OldDefault = Old + " apply=muladd";
    private const string Mlas = "layer_norm statistics=wide_mean";
    private const string MlasNarrow = "layer_norm statistics=running step=muladd scaling=quotient apply=muladd";

    private static readonly float[] Five = [0.125f, 5.4375f, 4.875f, -2.0625f, -1.1875f];
    private static readonly float[] FiveWeights = [-0.5f, 0.625f, -0f, 0.75f, -1.875f];
    private static readonly float[] FiveBiases = [1.625f, -0.125f, 0.625f, -0.125f, -0.375f];
    private static readonly float[] Thirteen = [1.875f, 3.3125f, -0.8125f, -0.625f, 2.75f, -3.5f, -6.0625f, 1.5625f, -2.6875f, -7.6875f, -3.25f, -1.875f, -4.75f];
    private static readonly float[] ThirteenWeights = [-1.5f, 0, 0.875f, -0.25f, -0.75f, 0.375f, 0.75f, -0.25f, 0.5f, 1, -0.25f, -0.875f, 0.375f];
    private static readonly float[] ThirteenBiases = [0.25f, 1.125f, -1.25f, -0.625f, -0.875f, -1.75f, 0.125f, 0.5f, -0.75f, 1.375f, 0.875f, 0.625f, 0.375f];

    [Theory] // rows of 5 (no whole vector) and 13 (one vector, a tail of five), read off libtorch 2.10.0, torch 1.13.1 (AVX2, then default) and ONNX Runtime 1.31.1
    [InlineData(Aten, 5, "", "BED75E14 3FA416EB 3F8D03B2 BF8F940E BF575E14")]
    [InlineData(Aten, 5, "w", "3E575E14 3F4D1CA6 00000000 BF575E15 3FC9E833")]
    [InlineData(Aten, 5, "b", "3F9A287B 3F9416EB 3FDD03B2 BF9F940E BF9BAF0A")]
    [InlineData(Aten, 5, "wb", "3FEAEBC2 3F2D1CA6 3F200000 BF775E15 3F99E833")]
    [InlineData(Aten, 13, "", "3F89D7A5 3FC1B066 3E85BBB7 3EA2DEE4 3FABD604 BF0DF393 BFAA874E 3F7B674E BE9DA40D BFE9A8DB BEF50D94 BD7B079D BF6F137E")]
    [InlineData(Aten, 13, "b", "3FA9D7A5 4028D833 BF7D2225 BE9D211C 3EEF5810 C0137CE5 BF9A874E 3FBDB3A7 BF876903 BEE6A36B 3ECAF26C 3F104F86 BF0F137E")]
    [InlineData(Aten, 13, "wb", "BFAEC378 3F900000 BF82BEF0 BF345BDC BFF0E083 BFFA9DAC BF5FCAF5 3E824C59 BF676903 BEE6A36C 3F7EA1B2 3F2DBA6B 3CCB1618")]
    [InlineData(Old, 5, "", "BED75E15 3FA416EB 3F8D03B2 BF8F940E BF575E15")]
    [InlineData(Old, 13, "", "3F89D7A4 3FC1B065 3E85BBB5 3EA2DEE2 3FABD604 BF0DF394 BFAA874F 3F7B674E BE9DA40E BFE9A8DB BEF50D96 BD7B07AA BF6F137F")]
    [InlineData(Old, 13, "wb", "BFAEC376 3F900000 BF82BEF0 BF345BDC BFF0E083 BFFA9DAC BF5FCAF6 3E824C59 BF676904 BEE6A36C 3F7EA1B3 3F2DBA6B 3CCB160C")]
    [InlineData(OldDefault, 5, "wb", "3FEAEBC3 3F2D1CA4 3F200000 BF775E15 3F99E833")]
    [InlineData(OldDefault, 13, "", "3F89D7A4 3FC1B066 3E85BBB5 3EA2DEE2 3FABD604 BF0DF393 BFAA874E 3F7B674E BE9DA40E BFE9A8DA BEF50D96 BD7B07B0 BF6F137F")]
    [InlineData(OldDefault, 13, "wb", "BFAEC376 3F900000 BF82BEF0 BF345BDC BFF0E083 BFFA9DAC BF5FCAF5 3E824C59 BF676904 BEE6A368 3F7EA1B3 3F2DBA6C 3CCB1610")]
    [InlineData(MlasNarrow, 5, "w", "3E575E15 3F4D1CA6 80000000 BF575E15 3FC9E834")]
    [InlineData(MlasNarrow, 5, "wb", "3FEAEBC3 3F2D1CA6 3F200000 BF775E15 3F99E834")]
    [InlineData(Mlas, 13, "w", "BFCEC378 00000000 3E6A087D BDA2DEE2 BF80E083 BE54ED60 BF7FCAFA BE7B674F BE1DA410 BFE9A8DD 3DF50D98 3D5BA6BC BEB34EA1")]
    [InlineData(Mlas, 13, "wb", "BFAEC378 3F900000 BF82BEF0 BF345BDC BFF0E083 BFFA9DAC BF5FCAFA 3E824C58 BF676904 BEE6A374 3F7EA1B3 3F2DBA6C 3CCB15F4")]
    public void A_row_has_the_library_s_bits(string plan, int width, string affine, string expected)
    {
        (float[] x, float[] w, float[] b) = width == 5 ? (Five, FiveWeights, FiveBiases) : (Thirteen, ThirteenWeights, ThirteenBiases);
        float[] y = new float[width];
        Run(plan, x, affine.Contains('w', StringComparison.Ordinal) ? w : [], affine.Contains('b', StringComparison.Ordinal) ? b : [], y);
        ElementwiseValuesTests.Bits(y).Should().Be(expected);
    }

    [Fact] // a row of equal values: mean exact, variance +0, so y = 0 * fl(1 / fl(sqrt(eps)))
    public void Equal_values_normalise_to_zero()
    {
        foreach (string plan in new[] { Aten, Old, Mlas, MlasNarrow })
        {
            float[] y = new float[40];
            Run(plan, [.. Enumerable.Repeat(3f, 40)], [], [], y);
            y.Should().AllSatisfy(value => value.Should().Be(0), plan);
        }
    }

    [Fact]
    public void A_NaN_or_an_infinity_makes_its_row_canonical_NaNs_and_no_other()
    {
        float[] x = new float[60];
        (x[3], x[25]) = (float.NaN, float.PositiveInfinity);
        foreach (string plan in new[] { Aten, Mlas })
        {
            float[] y = new float[60];
            Run(plan, x, [], [], y, 20);
            y[..40].Should().AllSatisfy(value => BitConverter.SingleToUInt32Bits(value).Should().Be(0x7FC00000), plan);
            y[40..].Should().AllSatisfy(value => value.Should().Be(0), plan);
        }
    }

    [Fact]
    public void Lanes_of_a_running_norm_are_not_part_of_its_program() =>
        OperatorPlan.Parse(MlasNarrow).Lower(new OperatorShape(1, 1, 5)).Text.Should().Be(OperatorPlan.Parse(MlasNarrow + " lanes=4").Lower(new OperatorShape(1, 1, 5)).Text);

    [Theory]
    [InlineData("layer_norm lanes=5")]
    [InlineData("layer_norm step=add")]
    [InlineData("layer_norm statistics=two_pass")]
    public void Other_fields_are_refused(string text) => FluentActions.Invoking(() => OperatorPlan.Parse(text)).Should().Throw<PlanFormatException>();

    [Fact]
    public void Lengths_must_fit() =>
        FluentActions.Invoking(() => Run(Aten, new float[6], new float[5], [], new float[6], 6)).Should().Throw<ArgumentException>().WithMessage("*rows of 6*");

    private static void Run(string plan, float[] x, float[] weight, float[] bias, float[] y, int? width = null) =>
        KernelSelection.Default.LayerNorm((LayerNormProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width ?? x.Length)), 1e-5f, x, weight, bias, y);
}
