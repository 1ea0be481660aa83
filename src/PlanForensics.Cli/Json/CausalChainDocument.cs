using PlanForensics.Cli.Output;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Cli.Json;

/// <summary>One chain of <c>causes --json</c>; the first link is the earliest cause that is proven.</summary>
internal sealed record CausalChainDocument
{
    public required string Kind { get; init; }

    public required string? Replica { get; init; }

    public required bool IsComplete { get; init; }

    public required double Chance { get; init; }

    public required CausalLinkDocument[] Links { get; init; }

    public required MissingLinkDocument[] Missing { get; init; }

    public static CausalChainDocument Of(CausalChain chain) => new()
    {
        Kind = Names.Of(chain.Kind),
        Replica = chain.Replica,
        IsComplete = chain.IsComplete,
        Chance = chain.Chance,
        Links = [.. chain.Links.Select(CausalLinkDocument.Of)],
        Missing = [.. chain.Missing.Select(link => new MissingLinkDocument { Event = Names.Of(link.Event), Reason = link.Reason, Fields = [.. link.Fields] })],
    };
}
