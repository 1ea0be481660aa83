using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.Cli.Json;

/// <summary>What differs between two tensors.</summary>
internal sealed record TensorDiffDocument
{
    public required string Format { get; init; }

    public required IReadOnlyList<int> Shape { get; init; }

    public required long ElementCount { get; init; }

    public required long BitsDifferentCount { get; init; }

    public required long UlpsDifferentCount { get; init; }

    public required long IncomparableCount { get; init; }

    public required long MaxUlps { get; init; }

    public required double MaxAbsoluteDifference { get; init; }

    public required UlpQuantilesDocument? UlpsOverAll { get; init; }

    public required UlpQuantilesDocument? UlpsOverDifferent { get; init; }

    public required IReadOnlyList<UlpBucketDocument> Histogram { get; init; }

    public required ElementDifferenceDocument? FirstBitDifference { get; init; }

    public required ElementDifferenceDocument? LargestUlpDifference { get; init; }

    public static TensorDiffDocument Of(TensorDiff diff) => new()
    {
        Format = NumericFormats.NameOf(diff.Format),
        Shape = [.. diff.Shape],
        ElementCount = diff.ElementCount,
        BitsDifferentCount = diff.BitsDifferentCount,
        UlpsDifferentCount = diff.UlpsDifferentCount,
        IncomparableCount = diff.IncomparableCount,
        MaxUlps = diff.MaxUlps,
        MaxAbsoluteDifference = diff.MaxAbsoluteDifference,
        UlpsOverAll = UlpQuantilesDocument.Of(diff.OverAll),
        UlpsOverDifferent = UlpQuantilesDocument.Of(diff.OverDifferent),
        Histogram = UlpBucketDocument.Of(diff.Histogram),
        FirstBitDifference = ElementDifferenceDocument.Of(diff.FirstBitDifference),
        LargestUlpDifference = ElementDifferenceDocument.Of(diff.LargestUlpDifference),
    };
}
