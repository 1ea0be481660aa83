using FluentAssertions;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Models;

public sealed class SyntheticModelTests
{
    [Fact]
    public void The_generator_is_split_mix_64()
    {
        // The reference sequence for seed 1234567, as published with the algorithm (Vigna, splitmix64.c test vectors).
        SplitMix64 random = new(1234567);
        ulong[] drawn = [random.Next(), random.Next(), random.Next(), random.Next(), random.Next()];
        drawn.Should().Equal(6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821);
    }

    [Theory]
    [InlineData(NumericFormat.Fp32)]
    [InlineData(NumericFormat.Fp16)]
    [InlineData(NumericFormat.Bf16)]
    public void Equal_seeds_give_equal_bits_and_other_seeds_others(NumericFormat format)
    {
        DecoderModel model = SyntheticModel.Create(TestConfigurations.Llama, 1, format);
        model.Sha256.Should().Be(SyntheticModel.Create(TestConfigurations.Llama, 1, format).Sha256);
        model.Sha256.Should().NotBe(SyntheticModel.Create(TestConfigurations.Llama, 2, format).Sha256);
        model.Format.Should().Be(format);
        (model.Files.Count, model.FileSha256).Should().Be((0, null));
    }

    [Theory]
    [InlineData(NumericFormat.Fp32)]
    [InlineData(NumericFormat.Fp16)]
    [InlineData(NumericFormat.Bf16)]
    public void Values_stay_in_their_ranges_and_spread(NumericFormat format)
    {
        DecoderModel model = SyntheticModel.Create(TestConfigurations.Gpt2, 3, format);
        float[] up = model.Weight(OperatorRole.UpProjection, 1)!.ToFp32();
        up.Should().OnlyContain(v => v >= -0.5f && v < 0.5f);
        up.Distinct().Count().Should().BeGreaterThan(100);
        up.Should().Contain(v => v < -0.3f).And.Contain(v => v > 0.3f);
        model.Weight(OperatorRole.FinalNorm, -1)!.ToFp32().Should().OnlyContain(v => v >= 0.75f && v < 1.25f);
        model.Bias(OperatorRole.UpProjection, 0)!.ToFp32().Should().OnlyContain(v => v >= -0.125f && v < 0.125f);
    }

    [Fact]
    public void Other_formats_and_contradictions_are_refused()
    {
        FluentActions.Invoking(() => SyntheticModel.Create(TestConfigurations.Llama, 1, NumericFormat.Int8)).Should().Throw<ArgumentException>().WithMessage("*int8*");
        FluentActions.Invoking(() => SyntheticModel.Create(TestConfigurations.Llama with { KeyValueHeadCount = 3 }, 1)).Should().Throw<ArgumentException>();
    }
}
