using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>A histogram of recorded values.</summary>
internal sealed record HistogramDocument
{
    public required IReadOnlyList<HistogramEntryDocument> Entries { get; init; }

    public required int Unrecorded { get; init; }

    public required double EntropyBits { get; init; }

    public static HistogramDocument Of(Histogram histogram) => new()
    {
        Entries = [.. histogram.Entries.Select(entry => new HistogramEntryDocument { Value = entry.Value, Count = entry.Count })],
        Unrecorded = histogram.Unrecorded,
        EntropyBits = histogram.EntropyBits,
    };
}
