using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>How many elements are this far apart; buckets without elements are left out.</summary>
internal sealed record UlpBucketDocument
{
    public required long UlpsFrom { get; init; }

    public required long UlpsTo { get; init; }

    public required long Count { get; init; }

    public static IReadOnlyList<UlpBucketDocument> Of(IReadOnlyList<long> histogram) =>
    [
        .. histogram.Select((count, bucket) => new UlpBucketDocument { UlpsFrom = UlpBuckets.First(bucket), UlpsTo = UlpBuckets.Last(bucket), Count = count })
            .Where(bucket => bucket.Count > 0),
    ];
}
