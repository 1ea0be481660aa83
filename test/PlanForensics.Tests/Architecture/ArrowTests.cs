using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace PlanForensics.Tests.Architecture;

public sealed partial class ArrowTests
{
    private static readonly string Source = Path.Combine(SharedData.RepositoryRoot, "src", "PlanForensics");

    [Fact]
    public void Every_room_uses_only_the_rooms_that_the_table_allows()
    {
        Dictionary<string, string[]> table = ReadTable();
        Rooms().Should().BeSubsetOf(table.Keys, "docs/architecture.md names every room");
        foreach (string room in Rooms())
            foreach ((string file, string used) in Uses(room))
                (used == room || table[room].Contains(used)).Should().BeTrue($"{file} uses {used}, which the table does not allow {room}");
    }

    [Fact]
    public void The_arrows_of_the_table_make_no_circle()
    {
        Dictionary<string, string[]> table = ReadTable();
        foreach (string room in table.Keys)
            Reachable(table, room).Should().NotContain(room);
    }

    [Fact]
    public void The_check_sees_a_forbidden_arrow() // negative control
    {
        UsesIn("namespace X;\nusing PlanForensics.Store;\nclass C { PlanForensics.Replay.ReplayStep? s; }").Should().BeEquivalentTo("Store", "Replay");
        ReadTable()["Numerics"].Should().BeEmpty();
        ReadTable()["Plans"].Should().NotContain("Store");
    }

    [Fact]
    public void Only_the_store_says_Sqlite()
    {
        foreach (string file in Files(Source).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}Store{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            File.ReadAllText(file).Should().NotContain("Microsoft.Data.Sqlite", file);
        Files(Path.Combine(Source, "Store")).Should().Contain(file => File.ReadAllText(file).Contains("Microsoft.Data.Sqlite", StringComparison.Ordinal));
    }

    internal static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories);

    private static Dictionary<string, string[]> ReadTable()
    {
        string text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "architecture.md"));
        Dictionary<string, string[]> table = [];
        foreach (Match row in RowPattern().Matches(text))
            if (row.Groups[1].Value != "Room")
                table.Add(row.Groups[1].Value, row.Groups[2].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        table.Should().HaveCountGreaterThan(8);
        return table;
    }

    private static IEnumerable<string> Rooms() => Directory.EnumerateDirectories(Source).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("bin" or "obj"));

    private static IEnumerable<(string File, string Room)> Uses(string room) =>
        Files(Path.Combine(Source, room)).SelectMany(file => UsesIn(File.ReadAllText(file)).Select(used => (Path.GetFileName(file), used)));

    private static HashSet<string> UsesIn(string code) =>
        [.. UsePattern().Matches(code).Select(match => match.Groups[1].Value).Where(name => name is not "Tests" and not "Benchmarks" and not "Gpu" and not "Cli")];

    private static HashSet<string> Reachable(Dictionary<string, string[]> table, string room)
    {
        HashSet<string> seen = [];
        var open = new Stack<string>(table[room]);
        while (open.TryPop(out string? next))
            if (seen.Add(next))
                foreach (string further in table[next])
                    open.Push(further);
        return seen;
    }

    [GeneratedRegex(@"^\| (\w+) \| ?([\w, ]*?) ?\| .* \|$", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"(?<!namespace )\bPlanForensics\.([A-Z][A-Za-z]+)\b(?=[.;])")]
    private static partial Regex UsePattern();
}
