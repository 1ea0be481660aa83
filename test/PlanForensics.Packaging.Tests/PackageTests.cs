using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Packaging.Tests;

/// <summary>What is in the packages.</summary>
[Collection(PackedCollection.Name)]
public sealed class PackageTests(PackedPackages packed)
{
    private static readonly string[] Compared = ["PlanForensics", "PlanForensics.FluentAssertions"];

    public static TheoryData<string> Packages => [.. SourceTree.Packages()];

    [Fact]
    public void Every_project_under_src_is_a_package() =>
        Directory.EnumerateFiles(packed.Output).Select(file => Path.GetFileName(file)!).Should().BeEquivalentTo(
            SourceTree.Packages().SelectMany(package => new[] { $"{package}.{PackedPackages.Version}.nupkg", $"{package}.{PackedPackages.Version}.snupkg" }));

    [Fact]
    public async Task Two_folders_give_the_same_bytes()
    {
        string other = Path.Combine(packed.Folder, "some", "deeper", "folder");
        await Command.Succeed(packed.Folder, "git", "clone", "-q", packed.Sources, other);
        await Command.Succeed(other, "git", "remote", "set-url", "origin", PackedPackages.Remote);
        // The library and one package on top of it; PLANFORENSICS_LONG=1 compares all.
        if (Environment.GetEnvironmentVariable("PLANFORENSICS_LONG") != "1")
            await File.WriteAllLinesAsync(Path.Combine(other, "All.slnx"), ["<Solution>", .. Compared.Select(package => $"  <Project Path=\"src/{package}/{package}.csproj\" />"), "</Solution>"]);
        await PackedPackages.Pack(other);
        Dictionary<string, string> Hashes(string folder) => Directory.EnumerateFiles(folder)
            .ToDictionary(file => Path.GetFileName(file)!, file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        Dictionary<string, string> again = Hashes(Path.Combine(other, "out"));
        again.Should().HaveCountGreaterThanOrEqualTo(2 * Compared.Length);
        Hashes(packed.Output).Where(file => again.ContainsKey(file.Key)).Should().BeEquivalentTo(again);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_says_what_it_is(string package)
    {
        XElement metadata = packed.Metadata(package);
        string? Value(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        Value("license").Should().Be("MIT");
        Value("readme").Should().Be("README.md");
        Value("icon").Should().Be("icon.png");
        Value("description").Should().NotBeNullOrWhiteSpace();
        Value("authors").Should().Be("PlanForensics contributors");
        XElement repository = metadata.Elements().Single(element => element.Name.LocalName == "repository");
        repository.Attribute("url")!.Value.Should().Be(PackedPackages.Remote);
        repository.Attribute("commit")!.Value.Should().Be(packed.Commit);
        packed.Entries(package).Should().Contain(["README.md", "icon.png"]);
        packed.Read(package, "icon.png").Take(4).Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_library_has_docs_and_symbols_that_lead_to_the_sources(string package)
    {
        string[] entries = packed.Entries(package);
        string assembly = entries.Single(entry => entry.EndsWith($"/{package}.dll", StringComparison.Ordinal));
        if (assembly.StartsWith("lib/", StringComparison.Ordinal))
            entries.Should().Contain(Path.ChangeExtension(assembly, "xml"), "IntelliSense reads it");
        packed.Entries(package, "snupkg").Should().Contain(Path.ChangeExtension(assembly, "pdb"));
        string symbols = Encoding.UTF8.GetString(packed.Read(package, Path.ChangeExtension(assembly, "pdb"), "snupkg"));
        symbols.Should().Contain($"https://raw.githubusercontent.com/example/planforensics/{packed.Commit}/*");
        symbols.Should().NotContain(packed.Folder, "paths of the building machine are no business of users");
    }

    [Fact]
    public void The_core_brings_three_packages() => Dependencies("PlanForensics").Should().BeEquivalentTo("Microsoft.Data.Sqlite", "Microsoft.Extensions.Logging.Abstractions", "System.Numerics.Tensors");

    [Fact]
    public void The_page_names_every_package_and_what_it_brings()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(SourceTree.Repository, "docs", "packages.md")).Where(line => line.StartsWith("| PlanForensics", StringComparison.Ordinal))];
        rows.Select(row => row.Split('|')[1].Trim()).Should().BeEquivalentTo(SourceTree.Packages());
        foreach (string package in SourceTree.Packages().Where(package => package != "PlanForensics.Cli")) // a tool holds what it needs
        {
            // Pinned versions of what a dependency brings stand in a package too; the page names what is asked for.
            string[] named = [.. rows.Single(row => row.StartsWith($"| {package} |", StringComparison.Ordinal)).Split('|')[3].Split(['(', ','])
                .Select(name => name.Trim()).Where(name => name.Length > 0 && char.IsAsciiLetter(name[0]) && !name.StartsWith("not ", StringComparison.Ordinal))];
            named.Should().NotBeEmpty().And.BeSubsetOf(Dependencies(package));
        }
    }

    [Fact]
    public void FluentAssertions_stays_below_its_commercial_version()
    {
        XElement dependency = packed.Metadata("PlanForensics.FluentAssertions").Descendants().Single(element => (string?)element.Attribute("id") == "FluentAssertions");
        dependency.Attribute("version")!.Value.Should().Be("[7.2.2, 8.0.0)");
    }

    [Fact]
    public void The_tool_is_called_planforensics() =>
        Encoding.UTF8.GetString(packed.Read("PlanForensics.Cli", "tools/net10.0/any/DotnetToolSettings.xml")).Should().Contain("<Command Name=\"planforensics\" EntryPoint=\"PlanForensics.Cli.dll\"");

    private IEnumerable<string> Dependencies(string package) =>
        packed.Metadata(package).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value);
}
