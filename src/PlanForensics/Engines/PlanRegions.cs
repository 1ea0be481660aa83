using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines;

/// <summary>Collects the plans of rectangles of an output and gives the smallest plan text for them.</summary>
internal sealed class PlanRegions(int rows, int columns)
{
    private readonly List<(int Row, int RowCount, int Column, int ColumnCount, OperatorPlan Plan)> _regions = [];

    /// <summary>The plan of a rectangle; rectangles do not overlap and together cover the output.</summary>
    public void Add(int row, int rowCount, int column, int columnCount, OperatorPlan plan)
    {
        if (rowCount <= 0 || columnCount <= 0)
            return;
        if (_regions.Count > 0 && _regions[^1] is var last && last.Plan.Equals(plan) && last.Row == row && last.RowCount == rowCount && last.Column + last.ColumnCount == column)
            _regions[^1] = last with { ColumnCount = last.ColumnCount + columnCount };
        else if (_regions.Count > 0 && _regions[^1] is var above && above.Plan.Equals(plan) && above.Column == column && above.ColumnCount == columnCount && above.Row + above.RowCount == row)
            _regions[^1] = above with { RowCount = above.RowCount + rowCount };
        else
            _regions.Add((row, rowCount, column, columnCount, plan));
    }

    /// <summary>One plan where all are equal, else a map whose last region is the plan of most elements.</summary>
    public OperatorPlan ToPlan()
    {
        OperatorPlan rest = _regions
            .GroupBy(region => region.Plan)
            .MaxBy(group => group.Sum(region => (long)region.RowCount * region.ColumnCount))!.Key;
        ImmutableArray<PlanMapRegion> others = [.. _regions.Where(region => !region.Plan.Equals(rest)).Select(region => new PlanMapRegion(
            region.RowCount == rows ? null : (region.Row, region.Row + region.RowCount - 1),
            region.ColumnCount == columns ? null : (region.Column, region.Column + region.ColumnCount - 1),
            region.Plan))];
        return others.IsEmpty ? rest : new PlanMap([.. others, new PlanMapRegion(null, null, rest)]);
    }
}
