using System.Text.Json.Serialization;

namespace PlanForensics.Cli.Json;

/// <summary>One element of <c>identify --json</c>.</summary>
internal sealed record IdentificationDocument
{
    public required string File { get; init; }

    public required string Verdict { get; init; }

    /// <summary>Null where no rule is known for the operator.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Plan { get; init; }

    public required long Reproduced { get; init; }

    public required long Elements { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required RunnerUpDocument? RunnerUp { get; init; }

    public required double Seconds { get; init; }
}
