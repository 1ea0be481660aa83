using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Architecture;

public sealed partial class HouseRuleTests
{
    private static readonly string[] BannedSuffixes = ["Manager", "Helper", "Util", "Utils", "Info", "Service", "Processor", "Impl"];

    private static readonly string Source = Path.Combine(SharedData.RepositoryRoot, "src");

    [Fact]
    public void Files_fit_their_rooms()
    {
        int[] lines = [.. SourceFiles().Select(file => File.ReadLines(file).Count()).Order()];
        lines[^1].Should().BeLessThanOrEqualTo(400);
        lines[lines.Length / 2].Should().BeLessThanOrEqualTo(80, "the median file is small");
        lines[lines.Length * 9 / 10].Should().BeLessThanOrEqualTo(250, "nine files of ten are");
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        foreach (string file in SourceFiles())
        {
            Match found = NamespacePattern().Match(File.ReadAllText(file));
            if (!found.Success)
                continue; // a program's entry
            string folder = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            found.Groups[1].Value.Should().Be(folder, file);
        }
    }

    [Fact]
    public void Every_file_is_named_after_its_one_top_level_type()
    {
        foreach (string file in SourceFiles())
        {
            string[] types = [.. TypePattern().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Distinct()];
            types.Should().HaveCountLessThanOrEqualTo(1, $"{Path.GetFileName(file)} holds {string.Join(", ", types)}");
        }
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        foreach (Type type in typeof(PlanForensics.Numerics.Rounding).Assembly.GetTypes().Where(type => !type.Name.Contains('<', StringComparison.Ordinal)))
            BannedSuffixes.Should().NotContain(suffix => type.Name.EndsWith(suffix, StringComparison.Ordinal), type.FullName);
    }

    [Fact]
    public void The_rules_see_what_breaks_them() // negative control
    {
        TypePattern().Matches("public sealed class A\n{\n}\n\ninternal enum B\n{\n}\n").Should().HaveCount(2);
        NamespacePattern().Match("using X;\n\nnamespace PlanForensics.Wrong;\n").Groups[1].Value.Should().Be("PlanForensics.Wrong");
    }

    private static IEnumerable<string> SourceFiles() =>
        ArrowTests.Files(Source).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^(?:public |internal )?(?:static |sealed |abstract |readonly |partial |unsafe |ref )*(?:class|struct|enum|interface|record struct|record class|record|delegate \S+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypePattern();
}
