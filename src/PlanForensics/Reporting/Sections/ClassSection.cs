using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>How far each candidate class is from what was recorded.</summary>
internal static class ClassSection
{
    public static ReportSection Of(ReportPage page)
    {
        if (page.Facts.Attributions.Count == 0)
            return new ReportSection("classes", "Candidate plans", ["Not asked: without a model no candidate plan was replayed, so nothing is known of their distance."], []);
        List<string> words = [string.Join(" ", page.Facts.Attributions.Select(item => Describe(page, item)))];
        List<ReportGrid> grids = [];
        foreach (AttributionFacts item in page.Facts.Attributions)
            grids.AddRange(Grids(page.Side(item.Side), item, page));
        return new ReportSection("classes", "Candidate plans", words, grids);
    }

    private static IEnumerable<ReportGrid> Grids(SideFacts side, AttributionFacts item, ReportPage page)
    {
        yield return new ReportGrid(
            $"Classes of candidates for {side.Label}, the nearest first{(item.ClassesLeftOut > 0 ? $"; {Words.Of(item.ClassesLeftOut)} of {Words.Of(item.ClassesCompared)} are left out" : "")}",
            ["plans with these programs", "reproduces the record", ">steps equal", ">first different step", ">largest distance", ">tokens"],
            [.. item.Classes.Select(Row)]);
        string[] buckets = [.. item.Classes.SelectMany(found => found.Histogram).OrderBy(bucket => bucket.UlpsFrom ?? long.MaxValue).Select(bucket => bucket.Ulps).Distinct()];
        if (buckets.Length > 0)
            yield return new ReportGrid(
                $"Logits of {side.Label} by distance from the recorded ones, over the steps compared (logarithmic)", ["ulps", .. item.Classes.Select(found => ">" + found.Name)],
                [.. buckets.Select(bucket => new ReportRow(null, [bucket, .. item.Classes.Select(found => (ReportLink)(found.Histogram.FirstOrDefault(own => own.Ulps == bucket) is { } own ? Words.Of(own.Count) : "0"))]))],
                $"classes-{side.Key}");
        if (item.Controls.Count + item.Notes.Count > 0)
            yield return new ReportGrid($"Controls and remarks for {side.Label}", ["about", "finding", "records"], [.. item.Controls.Concat(item.Notes).Select(page.Row)]);
    }

    private static ReportRow Row(ClassFacts found) => new(null,
    [
        string.Join("; ", found.Members), found.ReproducesEverything ? new ReportLink("yes", null, "good") : new ReportLink("no", null, "bad"),
        FormattableString.Invariant($"{Words.Of(found.StepsEqual)} of {Words.Of(found.StepsCompared)}"),
        found.FirstDifferentStep is { } step ? new ReportLink(Words.Of(step), found.Records[0]) : "none",
        found.MaxUlps is { } ulps ? Words.Ulps(ulps) : found.Histogram.Count > 0 ? "NaN" : "not known",
        FormattableString.Invariant($"{Words.Of(found.TokensReproduced)} of {Words.Of(found.TokensCompared)}"),
    ]);

    private static string Describe(ReportPage page, AttributionFacts item)
    {
        string histogram = item.Classes.Any(found => found.Histogram.Count > 0) ? "" : " No logits were recorded in full, so distances are not known and nothing is drawn.";
        return $"{Words.Sentence(page.Side(item.Side).Label)}: {Words.InWords(item.State)}, by {Words.InWords(item.Evidence)}; of {Words.Of(item.ClassesCompared)} {(item.ClassesCompared == 1 ? "class" : "classes")} of candidate plans {(item.ClassesMatching == 0 ? "none" : Words.Of(item.ClassesMatching))} {(item.ClassesMatching is 0 or 1 ? "reproduces" : "reproduce")} every compared step{(page.Facts.Kind == "incident" ? $" ({item.Explanation})" : "")}.{histogram}";
    }
}
