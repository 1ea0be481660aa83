using PlanForensics.Regimes;

namespace PlanForensics.Cli.Json;

/// <summary>The limits that steps were classified by.</summary>
internal sealed record RegimeLimitsDocument
{
    public required double EvaporationRatio { get; init; }

    public required double PressuredMb { get; init; }

    public required double QueueP95Ms { get; init; }

    public required int QueueWindow { get; init; }

    public required IReadOnlyList<string> StrictModes { get; init; }

    public required string Unrecorded { get; init; }

    public required int FabricWindow { get; init; }

    public required double CongestedP95 { get; init; }

    public required double CongestedP99 { get; init; }

    public required double CongestedSkew { get; init; }

    public required double CongestedRetransmits { get; init; }

    public required double DegradedP50 { get; init; }

    public required double DegradedP99 { get; init; }

    public required double DegradedSkew { get; init; }

    public required double DegradedRetransmits { get; init; }

    public static RegimeLimitsDocument Of(RegimeThresholds limits) => new()
    {
        EvaporationRatio = limits.EvaporationRatio,
        PressuredMb = limits.PressuredFreeMb,
        QueueP95Ms = limits.QueueP95Ms,
        QueueWindow = limits.QueueWindowSteps,
        StrictModes = [.. limits.StrictIsolationModes],
        Unrecorded = limits.Unrecorded switch { UnrecordedInput.Unknown => "unknown", UnrecordedInput.Ignored => "ignored", _ => "absent" },
        FabricWindow = limits.Fabric.WindowSteps,
        CongestedP95 = limits.Fabric.CongestedP95,
        CongestedP99 = limits.Fabric.CongestedP99,
        CongestedSkew = limits.Fabric.CongestedSkew,
        CongestedRetransmits = limits.Fabric.CongestedRetransmits,
        DegradedP50 = limits.Fabric.DegradedP50,
        DegradedP99 = limits.Fabric.DegradedP99,
        DegradedSkew = limits.Fabric.DegradedSkew,
        DegradedRetransmits = limits.Fabric.DegradedRetransmits,
    };
}
