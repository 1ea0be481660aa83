using PlanForensics.Diffing;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what differs between two tensors.</summary>
internal static class TensorDiffText
{
    public static void Print(TensorDiff diff, TextReport report)
    {
        report.Value("bits", $"{Numbers.Of(diff.BitsDifferentCount)} differ ({Numbers.Percent(diff.BitsDifferentCount, diff.ElementCount)})");
        if (diff.IsBitwiseEqual)
            return;
        report.Value("largest", $"{Numbers.Ulps(diff.MaxUlps)}; in value {Numbers.Of(diff.MaxAbsoluteDifference)}");
        if (diff.IncomparableCount > 0)
            report.Value("incomparable", $"{Numbers.Count(diff.IncomparableCount, "pair")} with a NaN");
        report.Value("first", diff.FirstBitDifference?.ToString() ?? "");
        if (diff.LargestUlpDifference is { } largest && largest.Index != diff.FirstBitDifference?.Index)
            report.Value("at largest", largest.ToString());
        PrintQuantiles(diff, report);
        PrintHistogram(diff, report);
    }

    private static void PrintQuantiles(TensorDiff diff, TextReport report)
    {
        ReportTable table = new("ulps of", ">p50", ">p90", ">p99", ">p99.9", ">max");
        foreach ((string name, UlpQuantiles? quantiles) in new[] { ("all", diff.OverAll), ("different ones", diff.OverDifferent) })
            if (quantiles is { } q)
                table.Add(name, Show(q.P50), Show(q.P90), Show(q.P99), Show(q.P999), Show(diff.MaxUlps));
        report.Line();
        report.Table(table);
    }

    private static string Show(long ulps) => ulps == Numerics.UlpDistance.Incomparable ? "NaN" : Numbers.Of(ulps);

    private static void PrintHistogram(TensorDiff diff, TextReport report)
    {
        ReportTable table = new(">ulps", ">elements", ">share");
        for (int bucket = 0; bucket < diff.Histogram.Count; bucket++)
            if (diff.Histogram[bucket] is > 0 and var count)
                table.Add(Range(bucket), Numbers.Of(count), Numbers.Percent(count, diff.ElementCount));
        if (diff.IncomparableCount > 0)
            table.Add("NaN", Numbers.Of(diff.IncomparableCount), Numbers.Percent(diff.IncomparableCount, diff.ElementCount));
        report.Line();
        report.Table(table);
        report.Line();
    }

    private static string Range(int bucket) => bucket < 2
        ? Numbers.Of(bucket)
        : $"{Numbers.Of(UlpBuckets.First(bucket))} to {Numbers.Of(UlpBuckets.Last(bucket))}";
}
