using System.Collections.Immutable;
using PlanForensics.Engines.Mlas;

namespace PlanForensics.Engines;

/// <summary>All rules of real engines that this library knows.</summary>
public static class EngineCatalog
{
    /// <summary>Matrix products, one family a line; names are unique.</summary>
    public static ImmutableArray<IGemmFamily> Gemms { get; } =
    [
        new ConstantB(),
    ];
}
