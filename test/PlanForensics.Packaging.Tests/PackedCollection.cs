using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>Tests that share one packing, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<PackedPackages>
{
    public const string Name = "packed packages";
}
