using PlanForensics.Cli.Output;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Cli.Json;

/// <summary>One proven link.</summary>
internal sealed record CausalLinkDocument
{
    public required string Event { get; init; }

    public required int StepIndex { get; init; }

    public required int? Rank { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required int Iterations { get; init; }

    public required string Evidence { get; init; }

    public static CausalLinkDocument Of(CausalLink link) =>
        new() { Event = Names.Of(link.Event), StepIndex = link.StepIndex, Rank = link.Rank, StartedAt = link.StartedAt, Iterations = link.Iterations, Evidence = link.Evidence };
}
