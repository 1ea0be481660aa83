using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Churn of one regime.</summary>
internal sealed record ChurnGroupDocument
{
    public required string Regime { get; init; }

    public required int Iterations { get; init; }

    public required int EngineSteps { get; init; }

    public required HistogramDocument Algorithms { get; init; }

    public required HistogramDocument KernelVariants { get; init; }

    public required HistogramDocument PrecisionPaths { get; init; }

    public required HistogramDocument ShapeClasses { get; init; }

    public required int ComparedSteps { get; init; }

    public required int Switches { get; init; }

    public required int SwitchesWithinShape { get; init; }

    public double? SwitchesPerThousand { get; init; }

    public required RankCountsDocument Counts { get; init; }

    public required IReadOnlyList<RankCountsDocument> Ranks { get; init; }

    public required QuantilesDocument QueueMs { get; init; }

    public required QuantilesDocument GpuMs { get; init; }

    public required QuantilesDocument CommMs { get; init; }

    public required ConformanceDocument Conformance { get; init; }

    public static ChurnGroupDocument Of(ChurnGroup group) => new()
    {
        Regime = RegimeNames.NameOf(group.Regime),
        Iterations = group.Iterations,
        EngineSteps = group.Steps,
        Algorithms = HistogramDocument.Of(group.Algorithms),
        KernelVariants = HistogramDocument.Of(group.KernelVariants),
        PrecisionPaths = HistogramDocument.Of(group.PrecisionPaths),
        ShapeClasses = HistogramDocument.Of(group.ShapeClasses),
        ComparedSteps = group.ComparedSteps,
        Switches = group.Switches,
        SwitchesWithinShape = group.SwitchesWithinShape,
        SwitchesPerThousand = group.SwitchesPerThousand,
        Counts = RankCountsDocument.Of(group.Counts),
        Ranks = [.. group.Ranks.Select(RankCountsDocument.Of)],
        QueueMs = QuantilesDocument.Of(group.QueueMs),
        GpuMs = QuantilesDocument.Of(group.GpuMs),
        CommMs = QuantilesDocument.Of(group.CommMs),
        Conformance = ConformanceDocument.Of(group.Conformance),
    };
}
