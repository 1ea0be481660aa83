using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>A finding: <c>equal</c>, <c>different</c> or <c>undecidable</c>, and the evidence.</summary>
internal sealed record EqualityDocument
{
    public required string State { get; init; }

    public required string Because { get; init; }

    public static EqualityDocument Of(EqualityFinding finding) => new() { State = NameOf(finding.State), Because = finding.Because };

    public static string NameOf(Equality state) => state.ToString().ToLowerInvariant();
}
