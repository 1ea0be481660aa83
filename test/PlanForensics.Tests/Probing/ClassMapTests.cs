using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing;

/// <summary>Outputs with other orders are told apart, and put back together as a plan.</summary>
public sealed class ClassMapTests
{
    private const int Depth = 96;

    [Theory]
    [InlineData("map{0..5x0..7: gemm lanes=2 lane_merge=forward; *x56..63: gemm lanes=2 lane_merge=forward; *x*: gemm}", false, false)]
    [InlineData("map{0..5x0..7: gemm step=muladd; *x*: gemm}", false, false)]
    [InlineData("map{*x40..40: gemm step=muladd; 3..3x*: gemm k_block=32; *x*: gemm}", true, false)]
    [InlineData("map{0..5x0..7: gemm split_k=2; *x*: gemm step=muladd}", false, true)]
    [InlineData("gemm k_block=32", false, true)]
    public void A_map_of_orders_is_recovered_from_whole_products(string text, bool termsFirst, bool masksInRows)
    {
        OperatorPlan plan = OperatorPlan.Parse(text);
        var shape = new OperatorShape(9, 64, Depth);
        var program = (GemmProgram)plan.Lower(shape);
        ProbeReport report = OrderProbe.Run(Box(program, shape, termsFirst) with { TermsFirst = termsFirst, MasksInRows = masksInRows });
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        Dictionary<(int, int), string> expected = Elements(program);
        Elements((GemmProgram)report.Plan!.Lower(shape)).Should().Equal(expected);
        report.Classes.Should().HaveCount(expected.Values.Distinct().Count());
        report.Classes.Sum(found => found.OutputCount).Should().Be(9 * 64);
    }

    [Fact]
    public void Partitions_of_an_all_reduce_are_classes_of_their_own()
    {
        // two_shot over 4 ranks: partition p of 4 elements starts at rank p
        ProbeReport report = OrderProbe.Run(BlackBox.AllReduce(4, 16, (contributions, sums) =>
        {
            for (int element = 0; element < 16; element++)
            {
                float sum = contributions[(element / 4 * 16) + element];
                for (int step = 1; step < 4; step++)
                    sum += contributions[((element / 4 + step) % 4 * 16) + element];
                sums[element] = sum;
            }
        }));
        report.Outcome.Should().Be(ProbeOutcome.Recovered, report.Reason);
        report.Classes.Should().HaveCount(4);
        report.Classes.Select(found => found.Tree.Text).Should().BeEquivalentTo("(((0 1) 2) 3)", "(0 ((1 2) 3))", "((0 (2 3)) 1)", "(((0 3) 1) 2)");
        report.Classes.Should().OnlyContain(found => found.OutputCount == 4);
    }

    [Fact]
    public void One_element_of_a_product_is_probed_alone()
    {
        var shape = new OperatorShape(3, 5, 40);
        var program = (GemmProgram)OperatorPlan.Parse("map{2..2x4..4: gemm k_block=10; *x*: gemm}").Lower(shape);
        ProbeReport report = OrderProbe.Run(BlackBox.GemmElement(3, 5, 40, (2, 4), (a, b, c) => KernelSelection.Default.Gemm(program, a, new WeightMatrix(5, 40, b.ToArray()), [], c)));
        report.Plan!.Text.Should().Be("gemm split_k=4", "four slices of ten are the same program as blocks of ten");
    }

    [Fact]
    public void A_catalogue_plan_is_called_by_its_name()
    {
        foreach ((string name, GemmPlan entry) in PlanCatalog.Gemms)
        {
            var shape = new OperatorShape(1, 1, 160);
            ReductionProgram program = ((GemmProgram)entry.Lower(shape)).Uniform!;
            ProbeReport report = OrderProbe.Run(ProbedPrograms.Box(program));
            report.Outcome.Should().Be(ProbeOutcome.Recovered, "{0}: {1}", name, report.Reason);
            report.Classes[0].Tree.Should().Be(SummationTree.Of(program), name);
            ((GemmProgram)report.Plan!.Lower(shape)).Uniform.Should().Be(program, name);
            report.Classes[0].CatalogName.Should().NotBeNull(name);
        }
    }

    private static BlackBox Box(GemmProgram program, OperatorShape shape, bool termsFirst) => BlackBox.Gemm(shape.Rows, shape.Columns, shape.Depth, (a, b, c) =>
    {
        float[] weights = new float[shape.Columns * shape.Depth];
        for (int output = 0; output < shape.Columns; output++)
            for (int term = 0; term < shape.Depth; term++)
                weights[(output * shape.Depth) + term] = b[termsFirst ? (term * shape.Columns) + output : (output * shape.Depth) + term];
        KernelSelection.Default.Gemm(program, a, new WeightMatrix(shape.Columns, shape.Depth, weights), [], c);
    });

    private static Dictionary<(int Row, int Column), string> Elements(GemmProgram program)
    {
        var elements = new Dictionary<(int Row, int Column), string>();
        foreach (ProgramRegion region in program.Regions)
            for (int row = region.RowStart; row < region.RowStart + region.RowCount; row++)
                for (int column = region.ColumnStart; column < region.ColumnStart + region.ColumnCount; column++)
                    elements[(row, column)] = region.Program.Text;
        return elements;
    }
}
