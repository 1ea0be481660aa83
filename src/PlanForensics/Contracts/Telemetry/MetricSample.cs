namespace PlanForensics.Contracts.Telemetry;

/// <summary>One sample of a metric.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Type">Its type (<c>gauge</c>, <c>counter</c>, <c>histogram</c>, ...); null where not declared.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="SampledAt">When it was sampled (UTC); null where the text does not say.</param>
/// <param name="Value">The value; may be infinite or NaN.</param>
/// <param name="Meaning">What it says, as a field's name of ours (<c>vram_free_mb</c>, ...); null where nothing of ours reads it.</param>
public sealed record MetricSample(string Name, string? Type, ValueMap Labels, DateTimeOffset? SampledAt, double Value, string? Meaning);
