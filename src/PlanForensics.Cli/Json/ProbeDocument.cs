using System.Text.Json.Serialization;
using PlanForensics.Cli.Output;
using PlanForensics.Probing;

namespace PlanForensics.Cli.Json;

/// <summary>The answer of <c>probe --json</c>.</summary>
internal sealed record ProbeDocument
{
    public required string Library { get; init; }

    /// <summary>What the library says of itself; absent where it says nothing.</summary>
    public string? Description { get; init; }

    public required string Outcome { get; init; }

    public required string Reason { get; init; }

    /// <summary>Null where there is no one plan or map.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Plan { get; init; }

    public required IReadOnlyList<ProbedClassDocument> Classes { get; init; }

    public required int Reproduced { get; init; }

    public required int Elements { get; init; }

    public required int Calls { get; init; }

    public required long Pairs { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<string> Unseen { get; init; }

    public static ProbeDocument Of(string library, string? description, ProbeReport report, int reproduced, int elements) => new()
    {
        Library = library, Description = description, Outcome = Names.Of(report.Outcome), Reason = report.Reason, Plan = report.Plan?.Text,
        Classes = [.. report.Classes.Select(ProbedClassDocument.Of)], Reproduced = reproduced, Elements = elements, Calls = report.Calls.Total, Pairs = report.Pairs,
        Seconds = Math.Round(report.Elapsed.TotalSeconds, 4), Unseen = report.Unseen,
    };
}
