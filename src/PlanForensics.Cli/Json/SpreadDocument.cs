using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Json;

/// <summary>The LayerCast metrics in <c>sweep --json</c>.</summary>
internal sealed record SpreadDocument(
    IReadOnlyList<double>? Accuracies, double? StdAccuracy, double StdOutputLength, int DivergingPrompts, double? DivergenceIndex, double StdTopProbability, double UniqueAnswers)
{
    public static SpreadDocument Of(SpreadMetrics metrics) => new(
        metrics.Accuracies, metrics.StdAccuracy, metrics.StdOutputLength, metrics.DivergingPrompts, metrics.DivergenceIndex, metrics.StdTopProbability, metrics.UniqueAnswers);
}
