using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PlanForensics.Store;

/// <summary>
/// Names under which a <see cref="Recorder"/> speaks .NET's own telemetry; docs/telemetry.md lists spans, attributes and instruments. An OpenTelemetry SDK shows them
/// after <c>AddSource(RecorderTelemetry.SourceName)</c> and <c>AddMeter(RecorderTelemetry.MeterName)</c>. While nobody listens, a step costs a few reads and no memory.
/// </summary>
public static class RecorderTelemetry
{
    /// <summary>Name of the activity source: a span a request, and below it a span a step.</summary>
    public const string SourceName = "PlanForensics.Recorder";

    /// <summary>Name of the meter.</summary>
    public const string MeterName = "PlanForensics.Recorder";

    internal static ActivitySource Source { get; } = new(SourceName);

    private static readonly Meter Meter = new(MeterName);

    internal static Counter<long> Steps { get; } = Meter.CreateCounter<long>("planforensics.recorder.steps", "{step}", "Steps recorded, by phase and regime.");

    internal static Counter<long> Dropped { get; } = Meter.CreateCounter<long>("planforensics.recorder.dropped", "{step}", "Steps dropped because the queue was full.");

    internal static Counter<long> Refused { get; } = Meter.CreateCounter<long>("planforensics.recorder.refused", "{step}", "Steps and requests that the store refused.");

    internal static Counter<long> RegimeChanges { get; } = Meter.CreateCounter<long>("planforensics.recorder.regime_changes", "{change}", "Steps whose regime differs from the step before.");

    internal static Histogram<double> Margin { get; } = Meter.CreateHistogram<double>(
        "planforensics.recorder.margin", "{logit}", "Largest logit minus the second largest.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0, 0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] });

    internal static bool MeasuresSteps => Steps.Enabled || Margin.Enabled || RegimeChanges.Enabled;
}
