using CsCheck;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines;

public sealed class EngineCatalogTests
{
    private static readonly Gen<GemmKey> Keys = Gen.Select(Gen.Int[1, 24], Gen.Int[1, 70], Gen.Int[1, 300], Gen.Int[1, 4], Gen.Int[0, 71], static (m, n, k, threads, rest) => new GemmKey(m, n, k)
    {
        Threads = threads,
        WeightsTransposed = (rest % 3) switch { 0 => true, 1 => false, _ => null },
        WeightAddressModulo16 = (rest / 3 % 3) switch { 0 => null, 1 => 0, _ => 8 },
        Weights = (rest / 9 % 4) switch { 0 => NumericFormat.Bf16, 1 => NumericFormat.Fp16, _ => NumericFormat.Fp32 },
        Output = rest < 36 ? NumericFormat.Fp32 : NumericFormat.Bf16,
        ConstantWeights = (rest % 2) switch { 0 => null, _ => rest % 4 == 1 },
    });

    [Fact]
    public void Names_are_unique()
    {
        EngineCatalog.Gemms.Select(family => family.Name).Should().OnlyHaveUniqueItems();
        EngineCatalog.Gemms.Select(family => family.Name).Should().Contain(["mlas.constant_b", "onemkl.sgemm.linear", "openblas.haswell.sgemm", "openblas.haswell.sgemv_n", "onednn.bf16", "ggml.vec_dot.avx512.f32"]);
    }

    [Fact]
    public void Every_family_gives_a_plan_that_lowers_at_the_key_s_shape_or_declines_with_a_reason() => Keys.Sample(
        static key =>
        {
            foreach (IGemmFamily family in EngineCatalog.Gemms)
            {
                PlanDecision decision = family.PlanFor(key);
                (decision.Plan is null).Should().Be(decision.Reason is not null, family.Name);
                if (decision.Plan is not { } plan)
                    continue;
                plan.Lower(new OperatorShape(key.M, key.N, key.K)).Should().BeOfType<GemmProgram>();
                OperatorPlan.Parse(plan.Text).Text.Should().Be(plan.Text, family.Name);
                family.PlanFor(key).Plan!.Text.Should().Be(plan.Text, "a rule is pure");
            }
        },
        iter: 120,
        threads: 2);

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, -1)]
    public void A_key_has_sizes_from_1_on(int m, int n, int k) => FluentActions.Invoking(() => new GemmKey(m, n, k)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void An_address_of_an_fp32_weight_is_a_multiple_of_4() =>
        FluentActions.Invoking(() => new GemmKey(1, 1, 1) { WeightAddressModulo16 = 2 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0, 4, 8 or 12*");
}
