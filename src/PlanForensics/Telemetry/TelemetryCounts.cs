namespace PlanForensics.Telemetry;

/// <summary>What a reader read.</summary>
/// <param name="Records">Records, in the format's own unit (docs/telemetry.md): dictionaries, table rows, samples, spans, kernel launches.</param>
/// <param name="Skipped">Damaged lines left out.</param>
/// <param name="Remarks">What the source lacked or could not tell; empty when nothing is worth saying.</param>
public sealed record TelemetryCounts(long Records, long Skipped, IReadOnlyList<string> Remarks);
