using System.Globalization;
using PlanForensics.Cli.Json;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Output;

/// <summary>Reports of <c>churn</c>.</summary>
internal static class ChurnText
{
    private const int Most = 5;

    private const int MostValues = 3;

    public static ChurnDocument Document(string store, ChurnReport churn) => new()
    {
        Store = store,
        Timeline = TimelineDocument.Of(churn.History),
        Limits = RegimeLimitsDocument.Of(churn.History.Classifier.Thresholds),
        WindowSteps = churn.Options.WindowSteps,
        Expected = ExpectationDocument.Of(churn.Options.Expected),
        Regimes = [.. churn.Regimes.Select(ChurnGroupDocument.Of)],
        RankFindings = [.. churn.RankFindings.Select(RankPathwayDocument.Of)],
        Drift = DriftDocument.Of(churn.Drift),
        Windows = [.. churn.Windows.Select(ChurnWindowDocument.Of)],
    };

    public static void Print(TextReport report, string store, ChurnReport churn)
    {
        RegimesReport.Head(report, store, churn.History);
        if (churn.Regimes.Count == 0)
            return;
        Plans(report, churn);
        Histograms(report, churn);
        Times(report, churn);
        Counts(report, churn);
        Ranks(report, churn);
        Deviations(report, churn);
        Drift(report, churn.Drift);
        Windows(report, churn);
    }

    private static void Plans(TextReport report, ChurnReport churn)
    {
        ReportTable plans = new("regime", ">steps", ">switches", ">in shape", ">/1000", ">expected");
        ReportTable spread = new("regime", ">algos", ">bits", ">kernels", ">bits", ">shapes", ">bits");
        foreach (ChurnGroup group in churn.Regimes)
        {
            plans.Add(
                RegimesReport.Cell(group.Regime), Numbers.Of(group.Steps), Numbers.Of(group.Switches), Numbers.Of(group.SwitchesWithinShape), Rate(group.SwitchesPerThousand),
                group.Conformance.Share is { } share ? (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "?");
            spread.Add(
                RegimesReport.Cell(group.Regime), Numbers.Of(group.Algorithms.Entries.Count), Bits(group.Algorithms), Numbers.Of(group.KernelVariants.Entries.Count),
                Bits(group.KernelVariants), Numbers.Of(group.ShapeClasses.Entries.Count), Bits(group.ShapeClasses));
        }

        report.Line();
        report.Line("switches of plan, those within one shape class, switches a 1,000 steps, and");
        report.Line("the share of steps that ran the expected plan");
        report.Table(plans);
        report.Line();
        report.Line("how many algorithms, kernel variants and shape classes, and their entropy");
        report.Table(spread);
    }

    private static void Histograms(TextReport report, ChurnReport churn)
    {
        ReportTable table = new("regime", "what", ">steps", ">share", "value");
        foreach (ChurnGroup group in churn.Regimes)
        {
            (string What, Histogram Histogram)[] parts =
            [
                ("algorithm", group.Algorithms), ("variant", group.KernelVariants), ("precision", group.PrecisionPaths), ("shape", group.ShapeClasses),
            ];
            foreach ((string what, Histogram histogram) in parts)
            {
                foreach (HistogramEntry entry in histogram.Entries.Take(MostValues))
                    table.Add(RegimesReport.Cell(group.Regime), what, Numbers.Of(entry.Count), Numbers.Percent(entry.Count, group.Steps), entry.Value);
                if (histogram.Entries.Count > MostValues)
                    table.Add(RegimesReport.Cell(group.Regime), what, Numbers.Of(histogram.Entries.Skip(MostValues).Sum(entry => entry.Count)), "", $"{Numbers.Of(histogram.Entries.Count - MostValues)} more");
                if (histogram.Unrecorded > 0)
                    table.Add(RegimesReport.Cell(group.Regime), what, Numbers.Of(histogram.Unrecorded), Numbers.Percent(histogram.Unrecorded, group.Steps), "not recorded");
            }
        }

        report.Line();
        report.Table(table);
    }

    private static void Times(TextReport report, ChurnReport churn)
    {
        ReportTable table = new("regime", "ms", ">values", ">p50", ">p95", ">p99");
        foreach (ChurnGroup group in churn.Regimes)
            foreach ((string what, Quantiles times) in new[] { ("queue", group.QueueMs), ("gpu", group.GpuMs), ("comm", group.CommMs) })
                if (times.Count > 0)
                    table.Add(RegimesReport.Cell(group.Regime), what, Numbers.Of(times.Count), RegimesReport.Short(times.P50), RegimesReport.Short(times.P95), RegimesReport.Short(times.P99));
        report.Line();
        report.Table(table);
    }

    private static void Counts(TextReport report, ChurnReport churn)
    {
        ReportTable table = new("regime", ">rank", ">steps", ">fallbacks", ">in steps", ">dequant", ">requant");
        bool any = false;
        foreach (ChurnGroup group in churn.Regimes)
        {
            foreach (RankCounts counts in group.Ranks)
            {
                if (counts is { Fallbacks: null, Dequantizations: null, Requantizations: null })
                    continue;
                any = true;
                table.Add(
                    RegimesReport.Cell(group.Regime), Numbers.Of(counts.Rank ?? 0), Numbers.Of(counts.Steps), Count(counts.Fallbacks), Numbers.Of(counts.StepsWithFallback),
                    Count(counts.Dequantizations), Count(counts.Requantizations));
            }
        }

        if (!any)
            return;
        report.Line();
        report.Table(table);
    }

    private static void Ranks(TextReport report, ChurnReport churn)
    {
        if (churn.RankFindings.Count == 0)
            return;
        report.Line();
        report.Section("ranks on another pathway than their peers", churn.RankFindings.SelectMany(finding => new[]
        {
            $"{(finding.Rank is { } rank ? $"rank {rank}" : "ranks without a majority")}: {Numbers.Count(finding.Count, "iteration")}, first {RegimesReport.Place(finding.First)}",
        }.Concat(finding.Differences.Select(one => $"  {one.Field} {one.Value ?? "not recorded"}, peers {one.Peers ?? "not recorded"}"))));
    }

    private static void Deviations(TextReport report, ChurnReport churn)
    {
        PlanDeviation[] all = [.. churn.Regimes.SelectMany(group => group.Conformance.Deviations).OrderByDescending(one => one.Count)];
        if (all.Length == 0)
            return;
        report.Line();
        report.Section(all.Length > Most ? $"other plans than expected (the {Most} most frequent of {Numbers.Of(all.Length)}; --json has all)" : "other plans than expected", all.Take(Most).SelectMany(one => new[]
        {
            $"{RegimeNames.NameOf(churn.History.RegimeOf(one.First))}, {one.ShapeClass}: {Numbers.Count(one.Count, "step")}, first {RegimesReport.Place(one.First)}",
            $"  expected {one.Expected}",
            $"  ran {one.Actual}",
        }));
    }

    private static void Drift(TextReport report, DriftReport drift)
    {
        report.Line();
        if (drift.Classes == 0)
        {
            report.Line("drift: no two requests of equal x");
            return;
        }

        report.Line($"drift: {Numbers.Count(drift.Requests, "request")} in {Numbers.Of(drift.Classes)} {(drift.Classes == 1 ? "class" : "classes")} of equal x");
        ReportTable table = new("regime", "between", ">compared", ">drifted", ">rate", ">tokens", ">logits");
        foreach ((string between, IReadOnlyList<DriftTally> tallies) in new[] { ("replicas", drift.BetweenReplicas), ("requests", drift.BetweenRequests) })
            foreach (DriftTally tally in tallies)
                table.Add(
                    RegimesReport.Cell(tally.Regime), between, Numbers.Of(tally.Compared), Numbers.Of(tally.Drifted), Numbers.Percent(tally.Drifted, tally.Compared),
                    Numbers.Of(tally.TokensDrifted), Numbers.Of(tally.LogitsDrifted));
        report.Table(table);
        DriftPair[] pairs = [.. drift.Pairs.Where(pair => pair.Different > 0).OrderByDescending(pair => (double)pair.Different / pair.Compared)];
        if (pairs.Length == 0)
            return;
        ReportTable between2 = new("between", "and", ">pairs", ">different", ">share");
        foreach (DriftPair pair in pairs)
            between2.Add(RegimesReport.Cell(pair.RegimeA), RegimesReport.Cell(pair.RegimeB), Numbers.Of(pair.Compared), Numbers.Of(pair.Different), Numbers.Percent(pair.Different, pair.Compared));
        report.Line();
        report.Table(between2);
    }

    private static void Windows(TextReport report, ChurnReport churn)
    {
        ChurnWindow[] busiest = [.. churn.Windows.OrderByDescending(window => window.Groups.Sum(group => group.Switches)).Take(Most)];
        ReportTable table = new("replica", ">from", ">to", "regimes", ">switches", ">/1000");
        foreach (ChurnWindow window in busiest)
        {
            (int switches, int compared) = (window.Groups.Sum(group => group.Switches), window.Groups.Sum(group => group.ComparedSteps));
            table.Add(
                window.Replica ?? "", Numbers.Of(window.FirstIndex), Numbers.Of(window.LastIndex), string.Join(", ", window.Groups.Select(group => RegimeNames.NameOf(group.Regime))),
                Numbers.Of(switches), Rate(compared == 0 ? null : 1000.0 * switches / compared));
        }

        report.Line();
        report.Line($"windows of {Numbers.Of(churn.Options.WindowSteps)} steps with most switches ({busiest.Length} of {Numbers.Of(churn.Windows.Count)}; --json has all)");
        report.Table(table);
    }

    private static string Bits(Histogram histogram) => histogram.Entries.Count == 0 ? "?" : histogram.EntropyBits.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Rate(double? rate) => rate?.ToString("0.0", CultureInfo.InvariantCulture) ?? "?";

    private static string Count(long? count) => count is { } number ? Numbers.Of(number) : "?";
}
