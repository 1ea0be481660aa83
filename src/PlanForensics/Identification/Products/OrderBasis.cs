using System.Collections.Immutable;
using PlanForensics.Engines;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Products;

/// <summary>Orders of which an unknown tile map may be made: all that the known families run at this K, whatever the shape around it, and the negative controls.</summary>
internal static class OrderBasis
{
    private static readonly ImmutableArray<int> Rows = [1, 2, 3, 4, 5, 6, 8, 12, 16, 17, 64];
    private static readonly ImmutableArray<int> Columns = [1, 2, 3, 4, 6, 8, 16, 17, 64, 256];

    /// <summary>One plan a distinct order, with the families that run it.</summary>
    public static ImmutableArray<BasisOrder> Of(RecordedProduct product)
    {
        var found = new Dictionary<string, BasisOrder>();
        foreach (IGemmFamily family in EngineCatalog.Gemms)
            foreach (OperatorPlan plan in Plans(family, product))
                Add(found, product, plan, family.Name, isControl: false);
        foreach (GemmPlan plan in ProductControls.For(product.Output))
            Add(found, product, plan, "control", isControl: true);
        return [.. found.Values];
    }

    private static IEnumerable<OperatorPlan> Plans(IGemmFamily family, RecordedProduct product)
    {
        IEnumerable<GemmKey> keys = product.Keys
            .Concat(from key in product.Keys from rows in Rows select key with { M = rows })
            .Concat(from key in product.Keys from columns in Columns select key with { N = columns });
        return keys.Select(key => family.PlanFor(key).Plan).OfType<OperatorPlan>().SelectMany(plan => plan is PlanMap map ? map.Regions.Select(region => region.Plan) : [plan]).DistinctBy(plan => plan.Text);
    }

    private static void Add(Dictionary<string, BasisOrder> found, RecordedProduct product, OperatorPlan plan, string family, bool isControl)
    {
        if (product.Lower(plan)?.Uniform is not { } program)
            return;
        string order = ProductOrder.Of(program.Text);
        if (!found.TryGetValue(order, out BasisOrder? known))
            found.Add(order, new BasisOrder(plan, program, [family], isControl));
        else if (!known.Families.Contains(family))
            found[order] = known with { Families = known.Families.Add(family), IsControl = known.IsControl && isControl };
    }
}
