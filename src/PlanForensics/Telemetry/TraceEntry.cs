using System.Text.Json;

namespace PlanForensics.Telemetry;

/// <summary>One member of a trace dictionary: where it goes, and where its value stands in the line.</summary>
/// <param name="Field">The target; null for a key that no table knows.</param>
/// <param name="Key">The key as written, for unknown ones.</param>
/// <param name="Start">First byte of the value.</param>
/// <param name="Length">Bytes of the value.</param>
/// <param name="Token">The value's first token.</param>
internal readonly record struct TraceEntry(TraceField? Field, string? Key, int Start, int Length, JsonTokenType Token)
{
    public TraceSection Section => Field?.Section ?? TraceSection.Unknown;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> line) => line.Slice(Start, Length);
}
