using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>The regime of one engine step (<c>regimes --steps</c>).</summary>
internal sealed record RegimeStepDocument
{
    public required EngineStepDocument At { get; init; }

    public required int Requests { get; init; }

    public required string Regime { get; init; }

    public required string Fabric { get; init; }

    public required IReadOnlyList<string> Possible { get; init; }

    public required IReadOnlyList<string> Missing { get; init; }

    public double? EffectiveFreeMb { get; init; }

    public double? EffectiveFreeRatio { get; init; }

    public double? QueueP95Ms { get; init; }

    public static RegimeStepDocument Of(EngineStep step, RegimeHistory history)
    {
        RegimeVerdict verdict = history.VerdictOf(step);
        RegimeInputs memory = new()
        {
            VramFreeMb = step.VramFreeMb, ReplicationPinnedMb = step.ReplicationPinnedMb, CheckpointPinnedMb = step.CheckpointPinnedMb, KvPoolMb = step.KvPoolMb,
        };
        return new RegimeStepDocument
        {
            At = EngineStepDocument.Of(step),
            Requests = step.MemberCount,
            Regime = RegimeNames.NameOf(verdict.Regime),
            Fabric = RegimeNames.NameOf(history.FabricOf(step)),
            Possible = [.. verdict.Possible.Select(RegimeNames.NameOf)],
            Missing = RegimeNames.NamesOf(verdict.Missing),
            EffectiveFreeMb = memory.EffectiveFreeMb,
            EffectiveFreeRatio = memory.FreeRatio,
            QueueP95Ms = history.QueueP95Of(step),
        };
    }
}
