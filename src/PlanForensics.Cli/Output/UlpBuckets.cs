namespace PlanForensics.Cli.Output;

/// <summary>The distances that a bucket of a ulp histogram counts: bucket 0 is distance 0, bucket i is 2^(i-1) to 2^i - 1.</summary>
internal static class UlpBuckets
{
    public static long First(int bucket) => bucket == 0 ? 0 : 1L << (bucket - 1);

    public static long Last(int bucket) => bucket == 0 ? 0 : First(bucket) - 1 + First(bucket);
}
