using PlanForensics.Cli.Output;
using PlanForensics.Regimes.Causes;

namespace PlanForensics.Cli.Json;

/// <summary>The document of <c>causes --json</c>.</summary>
internal sealed record CauseReportDocument
{
    public required string Store { get; init; }

    public required CausalChainDocument[] Chains { get; init; }

    public required IReadOnlyList<string> Standing { get; init; }

    public required UnrecordedStageDocument[] Unrecorded { get; init; }

    public static CauseReportDocument Of(string store, CauseReport report) => new()
    {
        Store = store,
        Chains = [.. report.Chains.Select(CausalChainDocument.Of)],
        Standing = [.. report.Standing],
        Unrecorded = [.. report.Unrecorded.Select(stage => new UnrecordedStageDocument { Kind = Names.Of(stage.Kind), Event = Names.Of(stage.Event), Replica = stage.Replica, Fields = [.. stage.Fields] })],
    };
}
