using FluentAssertions;
using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>The lists of the public API, beside each project.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Every_package_has_its_lists()
    {
        foreach (string package in SourceTree.Packages())
            foreach (string list in new[] { "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt" })
                File.ReadLines(Path.Combine(SourceTree.Repository, "src", package, list)).First().Should().Be("#nullable enable", "{0} of {1} counts nullability", list, package);
    }

    [Fact]
    public async Task The_lists_agree_with_the_code()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") == "1", "builds every package with an analyser, half a minute: PLANFORENSICS_LONG=1 runs it, and so does tools/public-api/update.cs --check");
        await Command.Succeed(SourceTree.Repository, "dotnet", "run", "tools/public-api/update.cs", "--", "--check");
    }
}
