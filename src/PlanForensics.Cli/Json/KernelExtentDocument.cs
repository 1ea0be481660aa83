using System.Text.Json.Serialization;
using PlanForensics.Rules.KernelNames;

namespace PlanForensics.Cli.Json;

/// <summary>Sizes along M, N and K; null where the name does not say.</summary>
internal sealed record KernelExtentDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? M { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? N { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? K { get; init; }

    public static KernelExtentDocument? Of(KernelExtent? extent) => extent is { } sizes ? new() { M = sizes.M, N = sizes.N, K = sizes.K } : null;
}
