using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class PlanMapRowsTests
{
    [Fact]
    public void The_plan_of_a_row_lowers_to_what_the_map_gives_that_row()
    {
        foreach (SgemmFamily family in SgemmFamily.All)
        {
            foreach (int rows in new[] { 2, 5, 7, 13 })
            {
                if (family.PlanFor(new GemmKey(rows, 70, 96) { WeightsTransposed = true }).Plan is not PlanMap map)
                    continue;
                var whole = (GemmProgram)map.Lower(new OperatorShape(rows, 70, 96));
                for (int row = 0; row < rows; row++)
                {
                    OperatorPlan own = map.ForRows(row, 1)!;
                    ((GemmProgram)own.Lower(new OperatorShape(1, 70, 96))).Text.Should().Be(whole.ForRows(row, 1).Text, $"{family.Name}, row {row} of {rows}");
                    ((GemmProgram)own.Lower(new OperatorShape(rows, 70, 96))).ForRows(0, 1).Text.Should().Be(whole.ForRows(row, 1).Text, "it no longer tells rows apart");
                }
            }
        }
    }

    [Fact]
    public void Rows_with_different_plans_have_no_plan_in_common()
    {
        var map = (PlanMap)OperatorPlan.Parse("map{0..3x*: gemm lanes=2; 4..4x0..7: gemm split_k=2; *x*: gemm}");

        map.ForRows(0, 4)!.Text.Should().Be("gemm lanes=2");
        map.ForRows(1, 2)!.Text.Should().Be("gemm lanes=2");
        map.ForRows(4, 1)!.Text.Should().Be("map{*x0..7: gemm split_k=2; *x*: gemm}");
        map.ForRows(5, 9)!.Text.Should().Be("gemm");
        map.ForRows(3, 2).Should().BeNull();
        map.ForRows(4, 2).Should().BeNull();
        map.Invoking(none => none.ForRows(0, 0)).Should().Throw<ArgumentOutOfRangeException>();
        map.Invoking(none => none.ForRows(-1, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
