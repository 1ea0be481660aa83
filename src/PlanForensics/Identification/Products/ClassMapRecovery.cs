using System.Collections.Immutable;
using System.Numerics;
using PlanForensics.Kernels;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>
/// Recovers a tile map from the recorded bits of an output whose library cuts it in a way that no rule knows: for each element the orders that reproduce it, then the fewest rectangles in each of which
/// one order reproduces everything.
/// </summary>
/// <remarks>
/// A rectangle is evidence only where it excludes every other order, controls among them, and has at least <see cref="FewestElements"/> elements; a map with another rectangle is a candidate whose verdict is
/// ambiguous, and a map with less on average is none. Bounds between rectangles that fit at several places are set to the roundest one.
/// </remarks>
internal static class ClassMapRecovery
{
    /// <summary>Fewest elements by which a rectangle names an order: a wrong order reproduces about a third of them by chance.</summary>
    public const int FewestElements = 8;

    private const int MostOrders = 64;

    /// <summary>The map; null where no cover is found.</summary>
    public static PlanCandidate? Find(RecordedProduct product, WeightMatrix weights, CancellationToken cancellation)
    {
        ImmutableArray<BasisOrder> basis = OrderBasis.Of(product);
        ulong[] orders = Match(product, weights, ref basis, cancellation);
        ImmutableArray<MapRectangle> rectangles = new MapCover(product.Shape.Rows, product.Shape.Columns, orders).Find(cancellation);
        if (rectangles.Length < 2 || orders.Length < rectangles.Length * FewestElements)
            return null;
        Dictionary<int, long> sizes = rectangles.GroupBy(Choice).ToDictionary(group => group.Key, group => group.Sum(rectangle => rectangle.Elements));
        int rest = sizes.MaxBy(size => size.Value).Key;
        ImmutableArray<PlanMapRegion> regions = [.. rectangles.Where(rectangle => Choice(rectangle) != rest).Select(rectangle => Region(rectangle, product.Shape, basis[Choice(rectangle)].Plan))];
        PlanMap map;
        try
        {
            map = new PlanMap([.. regions, new PlanMapRegion(null, null, basis[rest].Plan)]);
        }
        catch (ArgumentException)
        {
            return null; // more regions than a map has
        }

        if (OperatorPlan.Parse(map.Text).Lower(product.Shape) is not GemmProgram program)
            return null;
        return new PlanCandidate("recovered map", map.Text, output => KernelSelection.Default.Gemm(program, product.A, weights, [], output))
        {
            Identity = program.Text, Order = ProductOrder.Of(program.Text), Doubt = Doubt(rectangles, basis),
        };
    }

    /// <summary>Runs every order over the whole output; more than 64 are cut to those that reproduce most.</summary>
    private static ulong[] Match(RecordedProduct product, WeightMatrix weights, ref ImmutableArray<BasisOrder> basis, CancellationToken cancellation)
    {
        ReadOnlySpan<float> recorded = product.Recorded;
        float[] output = new float[recorded.Length];
        var found = new List<(BasisOrder Order, bool[] Equal, int Count)>();
        foreach (BasisOrder order in basis)
        {
            cancellation.ThrowIfCancellationRequested();
            KernelSelection.Default.Gemm((GemmProgram)order.Plan.Lower(product.Shape), product.A, weights, [], output);
            bool[] equal = new bool[output.Length];
            int count = 0;
            for (int index = 0; index < output.Length; index++)
            {
                equal[index] = BitConverter.SingleToInt32Bits(output[index]) == BitConverter.SingleToInt32Bits(recorded[index]) || (float.IsNaN(output[index]) && float.IsNaN(recorded[index]));
                count += equal[index] ? 1 : 0;
            }

            found.Add((order, equal, count));
        }

        var kept = found.OrderByDescending(item => item.Count).Take(MostOrders).ToArray();
        basis = [.. kept.Select(item => item.Order)];
        ulong[] orders = new ulong[output.Length];
        for (int order = 0; order < kept.Length; order++)
            for (int index = 0; index < output.Length; index++)
                orders[index] |= kept[order].Equal[index] ? 1UL << order : 0;
        return orders;
    }

    private static int Choice(MapRectangle rectangle) => BitOperations.TrailingZeroCount(rectangle.Orders);

    private static PlanMapRegion Region(MapRectangle rectangle, OperatorShape shape, OperatorPlan plan) => new(
        rectangle.RowCount == shape.Rows ? null : new IndexSet([(rectangle.Row, rectangle.Row + rectangle.RowCount - 1)]),
        rectangle.ColumnCount == shape.Columns ? null : new IndexSet([(rectangle.Column, rectangle.Column + rectangle.ColumnCount - 1)]),
        plan);

    private static string? Doubt(ImmutableArray<MapRectangle> rectangles, ImmutableArray<BasisOrder> basis)
    {
        MapRectangle? several = rectangles.FirstOrDefault(rectangle => BitOperations.PopCount(rectangle.Orders) > 1);
        MapRectangle? control = rectangles.FirstOrDefault(rectangle => basis[Choice(rectangle)].IsControl);
        MapRectangle? small = rectangles.MinBy(rectangle => rectangle.Elements);
        return control is not null ? $"in {Name(control)} only an order that no engine runs reproduces every element"
            : several is not null ? $"{BitOperations.PopCount(several.Orders)} orders reproduce every element of {Name(several)}"
            : small!.Elements < FewestElements ? $"{Name(small)} has {small.Elements} elements, too few to name an order by"
            : null;
    }

    private static string Name(MapRectangle rectangle) =>
        FormattableString.Invariant($"rows {rectangle.Row}..{rectangle.Row + rectangle.RowCount - 1}, columns {rectangle.Column}..{rectangle.Column + rectangle.ColumnCount - 1}");
}
