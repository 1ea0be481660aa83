using System.Collections.Immutable;
using CsCheck;
using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class NormalizationTests
{
    private static readonly NumericFormat[] Operands = [NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16];
    private static readonly long Chains = Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1" ? 1_000_000 : 20_000;

    [Fact]
    public void A_normalised_program_gives_the_bits_of_the_chain_as_written() =>
        Gen.Select(Gen.Int[1, 12], Gen.UInt, Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 2]).Sample(
            static (depth, seed, mixed, operandA, operandB) =>
            {
                var random = new Random((int)(seed & int.MaxValue));
                ReductionChain raw = ChainSamples.Chain(random, depth, mixed);
                var program = new ReductionProgram(depth, raw, Operands[operandA], Operands[operandB]);
                for (int sample = 0; sample < 8; sample++)
                {
                    float[] a = ChainSamples.Values(random, depth, Operands[operandA]);
                    float[] b = ChainSamples.Values(random, depth, Operands[operandB]);
                    if (HasDot(raw) && (a.Any(NotFinite) || b.Any(NotFinite) || NotFinite((float)RawChainEvaluator.Evaluate(raw, a, b))))
                        continue;
                    long expected = Bits(RawChainEvaluator.Evaluate(raw, a, b));
                    long actual = Bits(RawChainEvaluator.Evaluate(program.Root!, a, b));
                    if (actual != expected)
                        Assert.Fail($"{program.Text} written {Written(raw)}: {actual:X16}, as written {expected:X16}, on a = {string.Join(' ', a)}, b = {string.Join(' ', b)}");
                }
            },
            iter: Chains,
            threads: 2);

    [Fact]
    public void A_program_survives_printing_and_reading() =>
        Gen.Select(Gen.Int[1, 40], Gen.UInt, Gen.Bool).Sample(
            static (depth, seed, mixed) =>
            {
                var program = new ReductionProgram(depth, ChainSamples.Chain(new Random((int)(seed & int.MaxValue)), depth, mixed), NumericFormat.Fp32, NumericFormat.Fp32);
                if (ReductionProgram.Parse(program.Text).Text != program.Text)
                    Assert.Fail($"{program.Text} reads as {ReductionProgram.Parse(program.Text).Text}");
            },
            iter: Chains / 4,
            threads: 2);

    [Fact]
    public void A_store_in_a_narrow_format_changes_bits() // negative control of the soundness check
    {
        var random = new Random(1);
        int different = 0;
        for (int round = 0; round < 200; round++)
        {
            ReductionChain raw = ChainSamples.Chain(random, 8, mixed: false);
            float[] a = [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle())];
            float[] b = [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle())];
            different += Bits(RawChainEvaluator.Evaluate(raw, a, b)) == Bits(RawChainEvaluator.Evaluate(ChainSamples.Perturb(raw), a, b)) ? 0 : 1;
        }

        different.Should().BeGreaterThan(190);
    }

    private static bool HasDot(ReductionChain chain) => chain.Items.Any(item => item is ReductionChain inner ? HasDot(inner) : ((ReductionSegment)item).Step.Kind == StepKind.Dot);

    private static bool NotFinite(float value) => !float.IsFinite(value);

    private static long Bits(double value) => double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToInt64Bits(value);

    private static string Written(ReductionChain chain) =>
        $"{chain.Accumulator}{(chain.StoredAs is { } stored ? ">" + stored : "")}{(chain.StartsAtZero ? "+0" : "")}("
        + string.Join(", ", chain.Items.Select(item => item is ReductionSegment s ? $"{s.Step} {s.Start}:{s.Stride}x{s.Count}" : Written((ReductionChain)item))) + ")";
}
