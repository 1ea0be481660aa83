using System.Text.Json;
using PlanForensics.Numerics;
using PlanForensics.Rules.KernelNames;

namespace PlanForensics.Tests.Rules.KernelNames;

/// <summary>expected.tsv: names and, in the columns of its first line, what each spells out by its family's grammar; - where it says nothing.</summary>
internal static class ExpectedNames
{
    public static string[][] Rows { get; } = [.. File.ReadLines(PathOf("expected.tsv")).Select(line => line.Split('\t'))];

    public static IEnumerable<string> Names => Rows.Skip(1).Select(row => row[0]);

    public static string[] Describe(KernelDescription kernel) =>
    [
        kernel.Name,
        kernel.Family,
        kernel.Operator is { } known ? JsonNamingPolicy.SnakeCaseLower.ConvertName(known.ToString()) : "-",
        Text(kernel.Tile),
        Text(kernel.Instruction),
        $"{kernel.Stages}",
        Text(kernel.Cluster),
        $"{kernel.SplitK}".ToLowerInvariant(),
        $"{kernel.SliceK}",
        Text(kernel.OperandFormat),
        Text(kernel.AccumulatorFormat),
        Text(kernel.OutputFormat),
        Text(kernel.WorkspaceFormat),
        kernel.Layout ?? "-",
        kernel.Architecture ?? "-",
        kernel.Truncated ? "true" : "false",
    ];

    /// <summary>As <see cref="Describe"/>, with - for what is empty.</summary>
    public static string[] Fields(KernelDescription kernel) => [.. Describe(kernel).Select(field => field.Length == 0 ? "-" : field)];

    private static string Text(NumericFormat? format) => format is { } known ? NumericFormats.NameOf(known) : "-";

    private static string Text(KernelExtent? extent) =>
        extent is { } sizes ? $"{Side(sizes.M)}x{Side(sizes.N)}x{Side(sizes.K)}" : "-";

    private static string Side(int? size) => size?.ToString() ?? "?";

    private static string PathOf(string file) =>
        Path.Combine(SharedData.RepositoryRoot, "test", "PlanForensics.Tests", "Rules", "KernelNames", file);
}
