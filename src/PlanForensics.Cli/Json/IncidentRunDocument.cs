using PlanForensics.Attribution.Incidents;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>One run of an incident.</summary>
internal sealed record IncidentRunDocument
{
    public required int Batch { get; init; }

    public required string Verdict { get; init; }

    public required string Plan { get; init; }

    public required long LogitsReproduced { get; init; }

    public required long LogitsTotal { get; init; }

    public required int TokensReproduced { get; init; }

    public required int TokensTotal { get; init; }

    public static IncidentRunDocument Of(IncidentRunVerdict run) => new()
    {
        Batch = run.Batch,
        Verdict = Names.Of(run.State),
        Plan = run.Plan,
        LogitsReproduced = run.LogitsReproduced,
        LogitsTotal = run.LogitsTotal,
        TokensReproduced = run.TokensReproduced,
        TokensTotal = run.TokensTotal,
    };
}
