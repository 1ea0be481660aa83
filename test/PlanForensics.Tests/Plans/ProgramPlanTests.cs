using FluentAssertions;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class ProgramPlanTests
{
    private const string Peeled = "program{k=7 a=fp32 b=fp32 : fp32(muladd 0..6:2, fp32(muladd 1..5:2)) -> round fp32}";

    [Fact]
    public void A_program_and_the_fields_that_express_it_are_one_class()
    {
        var shape = new OperatorShape(3, 5, 7);
        OperatorPlan program = OperatorPlan.Parse(Peeled);
        program.Lower(shape).Text.Should().Be(OperatorPlan.Parse("gemm step=muladd lanes=2 lane_merge=forward").Lower(shape).Text);
        program.Lower(shape).Text.Should().NotBe(OperatorPlan.Parse("gemm lanes=2 lane_merge=forward").Lower(shape).Text, "the step is part of the order");
    }

    [Fact]
    public void A_text_that_is_not_canonical_is_normalised() =>
        OperatorPlan.Parse("program{k=4 a=fp32 b=fp32 : fp32(fma 0, fma 1, fma 2..3) -> round fp32}").Text.Should().Be("program{k=4 a=fp32 b=fp32 : fp32(fma 0..3) -> round fp32}");

    [Theory]
    [InlineData(6, false, "K = 7 and the operator has K = 6")]
    [InlineData(8, false, "its own K only")]
    [InlineData(7, true, "the operator has a bias and the program adds none")]
    public void It_lowers_at_its_own_shape_only(int depth, bool bias, string reason) =>
        FluentActions.Invoking(() => OperatorPlan.Parse(Peeled).Lower(new OperatorShape(1, 1, depth, bias))).Should().Throw<PlanNotSupportedException>().WithMessage($"*{reason}*");

    [Fact]
    public void A_program_with_a_bias_needs_one() =>
        FluentActions.Invoking(() => OperatorPlan.Parse("program{k=2 a=fp32 b=fp32 : fp32(fma 0..1) -> bias fp32}").Lower(new OperatorShape(1, 1, 2)))
            .Should().Throw<PlanNotSupportedException>().WithMessage("*adds a bias and the operator has none*");

    [Fact]
    public void A_map_lowers_programs_beside_products()
    {
        OperatorPlan map = OperatorPlan.Parse("map{*x0..1: program{k=4 a=fp32 b=fp32 : fp32(fma 1..3, fma 0) -> round fp32}; *x*: gemm}");
        var lowered = (GemmProgram)map.Lower(new OperatorShape(2, 5, 4));
        lowered.Regions.Select(region => (region.ColumnStart, region.ColumnCount, region.Program.Text)).Should().Equal(
            (0, 2, "k=4 a=fp32 b=fp32 : fp32(fma 1..3, fma 0) -> round fp32"),
            (2, 3, "k=4 a=fp32 b=fp32 : fp32(fma 0..3) -> round fp32"));
        FluentActions.Invoking(() => map.Lower(new OperatorShape(2, 5, 6))).Should().Throw<PlanNotSupportedException>();
    }
}
