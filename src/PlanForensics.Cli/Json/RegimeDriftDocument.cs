using PlanForensics.Regimes;
using PlanForensics.Simulation.Sweep;

namespace PlanForensics.Cli.Json;

/// <summary>One regime of <c>sweep --json</c>.</summary>
internal sealed record RegimeDriftDocument(
    string Regime, int Iterations, int Samples, int PlanCount, IReadOnlyList<string> Kernels, long Steps, long DifferentSteps, double DriftRate, long FlippedSteps, double FlipRate, int Answers,
    int DifferentAnswers, long? LargestFlippedMarginUlps)
{
    public static RegimeDriftDocument Of(RegimeDrift drift) => new(
        RegimeNames.NameOf(drift.Regime), drift.Iterations, drift.Samples.Count, drift.PlanCount, [.. drift.Samples.Select(sample => sample.Choice.Kernels).Distinct()], drift.Steps,
        drift.DifferentSteps, drift.DriftRate, drift.FlippedSteps, drift.FlipRate, drift.Answers, drift.DifferentAnswers, drift.LargestFlippedMarginUlps);
}
