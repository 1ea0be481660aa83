namespace PlanForensics.Contracts.Telemetry;

/// <summary>Where imported records come from.</summary>
/// <param name="Format">Name of the format: <c>trace</c>, <c>nsys</c>, <c>prometheus</c>, <c>otlp</c>, <c>ncu</c>.</param>
/// <param name="Source">The file's name, without its folder.</param>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hexadecimal digits: a file is imported once.</param>
/// <param name="ImportedAt">When it was imported (UTC).</param>
public sealed record TelemetryOrigin(string Format, string Source, string Sha256, DateTimeOffset ImportedAt);
