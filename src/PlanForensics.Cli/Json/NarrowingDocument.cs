using PlanForensics.Attribution;

namespace PlanForensics.Cli.Json;

/// <summary>How far the recorded states narrowed the candidates of an attribution.</summary>
internal sealed record NarrowingDocument
{
    public required int Candidates { get; init; }

    public required int Infeasible { get; init; }

    public required int Open { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public static NarrowingDocument? Of(CandidateNarrowing? narrowing) => narrowing is null ? null
        : new() { Candidates = narrowing.Candidates, Infeasible = narrowing.Infeasible, Open = narrowing.Open, Missing = [.. narrowing.Missing] };
}
