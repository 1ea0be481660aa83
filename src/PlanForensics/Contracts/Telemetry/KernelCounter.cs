namespace PlanForensics.Contracts.Telemetry;

/// <summary>One hardware counter.</summary>
/// <param name="Metric">Its name, as the tool prints it.</param>
/// <param name="Unit">Its unit, as the tool prints it; null for none.</param>
/// <param name="Value">Its value; null where it is no number.</param>
/// <param name="Text">The value as printed, where it is no number.</param>
/// <param name="Meaning">What it says, as a field's name of ours (<c>l2_hit_rate</c>, <c>stall.long_scoreboard</c>, ...); null where nothing of ours reads it.</param>
public sealed record KernelCounter(string Metric, string? Unit, double? Value, string? Text, string? Meaning);
