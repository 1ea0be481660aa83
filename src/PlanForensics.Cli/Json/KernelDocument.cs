using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PlanForensics.Numerics;
using PlanForensics.Rules.KernelNames;

namespace PlanForensics.Cli.Json;

/// <summary><c>kernel --json</c>: one name. What the name does not say stands there as null.</summary>
internal sealed record KernelDocument
{
    public required string Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Family { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Operator { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public KernelExtentDocument? Tile { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public KernelExtentDocument? Instruction { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Stages { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public KernelExtentDocument? Cluster { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonValue? SplitK { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? SliceK { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? OperandFormat { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? AccumulatorFormat { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? OutputFormat { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? WorkspaceFormat { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Layout { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Architecture { get; init; }

    public required bool Truncated { get; init; }

    public static KernelDocument Of(KernelDescription kernel) => new()
    {
        Name = kernel.Name,
        Family = kernel.Family,
        Operator = kernel.Operator is { } kernelOperator ? JsonNamingPolicy.SnakeCaseLower.ConvertName(kernelOperator.ToString()) : null,
        Tile = KernelExtentDocument.Of(kernel.Tile),
        Instruction = KernelExtentDocument.Of(kernel.Instruction),
        Stages = kernel.Stages,
        Cluster = KernelExtentDocument.Of(kernel.Cluster),
        SplitK = kernel.SplitK is not { } split ? null : split.Count is { } count ? JsonValue.Create(count) : JsonValue.Create(split.IsSplit),
        SliceK = kernel.SliceK,
        OperandFormat = NameOf(kernel.OperandFormat),
        AccumulatorFormat = NameOf(kernel.AccumulatorFormat),
        OutputFormat = NameOf(kernel.OutputFormat),
        WorkspaceFormat = NameOf(kernel.WorkspaceFormat),
        Layout = kernel.Layout,
        Architecture = kernel.Architecture,
        Truncated = kernel.Truncated,
    };

    private static string? NameOf(NumericFormat? format) => format is { } known ? NumericFormats.NameOf(known) : null;
}
