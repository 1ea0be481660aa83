using System.Collections.Immutable;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.FluentAssertions;

/// <summary>The order that a kernel is expected to add in: one program for all outputs, or one for each region.</summary>
/// <param name="Plan">The plan's text; null where a program was given.</param>
/// <param name="Regions">The programs; a single region holds everywhere.</param>
internal sealed record ExpectedOrder(string? Plan, ImmutableArray<ProgramRegion> Regions)
{
    public static ExpectedOrder Of(ReductionProgram program) => new(null, [new ProgramRegion(0, int.MaxValue, 0, int.MaxValue, program)]);

    public static ExpectedOrder Of(OperatorPlan plan, BlackBox box)
    {
        OperatorPlan placed = plan is GemmPlan gemm ? gemm with { Operand = box.Operand, Output = box.Output } : plan;
        return placed.Lower(new OperatorShape(box.Rows, box.Columns, box.Depth)) switch
        {
            GemmProgram product => new ExpectedOrder(placed.Text, product.Regions),
            SumProgram sum => new ExpectedOrder(placed.Text, [new ProgramRegion(0, int.MaxValue, 0, int.MaxValue, sum.Sum)]),
            _ => throw new ArgumentException($"a kernel adds as the plan of a matrix product or a sum says; got \"{plan.Text}\"", nameof(plan)),
        };
    }

    /// <summary>The regions that share an output with a rectangle.</summary>
    public IEnumerable<ProgramRegion> Within(OutputRegion found) => Regions.Where(region =>
        region.RowStart < found.RowStart + found.RowCount && found.RowStart < region.RowStart + (long)region.RowCount
        && region.ColumnStart < found.ColumnStart + found.ColumnCount && found.ColumnStart < region.ColumnStart + (long)region.ColumnCount);
}
