using System.Globalization;
using System.Text.Json.Serialization;
using PlanForensics.Probing;

namespace PlanForensics.Cli.Json;

/// <summary>One class of outputs in <c>probe --json</c>.</summary>
internal sealed record ProbedClassDocument
{
    public required int Outputs { get; init; }

    /// <summary>Rows x columns, each first..last.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Plan { get; init; }

    /// <summary>A plan that differs in the sign of zero sums alone; absent where there is none.</summary>
    public string? PlanButForZeroSigns { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Program { get; init; }

    public required string Tree { get; init; }

    public static ProbedClassDocument Of(ProbedClass found) => new()
    {
        Outputs = found.OutputCount, Regions = [.. found.Regions.Select(Text)], Plan = found.Plan?.Text, PlanButForZeroSigns = found.PlanButForZeroSigns?.Text, Program = found.Program?.Text,
        Tree = found.Tree.Text,
    };

    /// <summary>A region as plan maps write it.</summary>
    public static string Text(OutputRegion region) => string.Create(
        CultureInfo.InvariantCulture,
        $"{region.RowStart}..{region.RowStart + region.RowCount - 1}x{region.ColumnStart}..{region.ColumnStart + region.ColumnCount - 1}");
}
