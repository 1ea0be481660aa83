using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OpenBlas;

/// <summary>Writes micro-tiles as a plan map of the row-major output, whose rows are the library's columns and whose columns are its rows.</summary>
internal static class SgemmTileMap
{
    /// <summary>The plan of a product.</summary>
    /// <param name="tiles">The tiles that are not added sequentially, without overlap.</param>
    /// <param name="rows">m of the library: the output's columns.</param>
    /// <param name="columns">n of the library: the output's rows.</param>
    /// <param name="planOf">The plan of an order.</param>
    /// <returns>One plan, or a map with one region for each set of output rows that are cut alike and each order in it.</returns>
    public static OperatorPlan Plan(List<TileRectangle> tiles, int rows, int columns, Func<TileOrder, OperatorPlan> planOf)
    {
        OperatorPlan sequential = planOf(TileOrder.Sequential);
        List<TileRectangle> differing = [.. tiles.Where(tile => planOf(tile.Order).Text != sequential.Text)];
        if (differing.Count == 0)
            return sequential;
        OperatorPlan rest = planOf(OrderOfRest(differing, rows, columns));
        var regions = ImmutableArray.CreateBuilder<PlanMapRegion>();
        foreach (TileBand band in Bands(differing, columns))
            foreach (TileRun run in band.Cut.Where(run => planOf(run.Order).Text != rest.Text))
                regions.Add(new PlanMapRegion(band.Covers(columns) ? null : band.Rows, run.Covers(rows) ? null : run.Columns, planOf(run.Order)));
        if (regions.Count == 0)
            return rest;
        regions.Add(new PlanMapRegion(null, null, rest));
        return new PlanMap(regions.ToImmutable());
    }

    /// <summary>Sequential, unless the tiles leave nothing: then the order of most elements.</summary>
    private static TileOrder OrderOfRest(List<TileRectangle> tiles, int rows, int columns) =>
        tiles.Sum(tile => (long)tile.Rows * tile.Columns) < (long)rows * columns
            ? TileOrder.Sequential
            : tiles.GroupBy(tile => tile.Order).MaxBy(group => group.Sum(tile => (long)tile.Rows * tile.Columns))!.Key;

    /// <summary>Output rows that are cut alike, in order of their first row.</summary>
    private static List<TileBand> Bands(List<TileRectangle> tiles, int columns)
    {
        var byCut = new Dictionary<string, (List<(int First, int Last)> Rows, List<TileRun> Cut)>(StringComparer.Ordinal);
        int[] cuts = [.. tiles.SelectMany(tile => new[] { tile.Column, tile.ColumnEnd }).Append(0).Append(columns).Distinct().Order()];
        ILookup<int, TileRectangle> byFirst = tiles.ToLookup(tile => tile.Column);
        var open = new List<TileRectangle>();
        for (int index = 0; index + 1 < cuts.Length; index++)
        {
            open.RemoveAll(tile => tile.ColumnEnd <= cuts[index]);
            open.AddRange(byFirst[cuts[index]]);
            if (open.Count == 0)
                continue;
            List<TileRun> runs = Runs(open);
            string text = string.Join(' ', runs.Select(run => $"{run.Order}:{run.Columns}"));
            if (!byCut.TryGetValue(text, out var band))
                byCut.Add(text, band = ([], runs));
            band.Rows.Add((cuts[index], cuts[index + 1] - 1));
        }

        return [.. byCut.Values.OrderBy(band => band.Rows[0].First).Select(band => new TileBand(new IndexSet([.. band.Rows]), band.Cut))];
    }

    private static List<TileRun> Runs(List<TileRectangle> tiles) =>
    [
        .. tiles.GroupBy(tile => tile.Order).OrderBy(group => group.Key)
            .Select(group => new TileRun(group.Key, new IndexSet([.. group.OrderBy(tile => tile.Row).Select(tile => (tile.Row, tile.RowEnd - 1))]))),
    ];

    private sealed record TileRun(TileOrder Order, IndexSet Columns)
    {
        public bool Covers(int count) => Columns.Ranges is [(0, var last)] && last == count - 1;
    }

    private sealed record TileBand(IndexSet Rows, List<TileRun> Cut)
    {
        public bool Covers(int count) => Rows.Ranges is [(0, var last)] && last == count - 1;
    }
}
