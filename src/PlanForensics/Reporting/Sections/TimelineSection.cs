using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>Regime, batch size and plan along the steps.</summary>
internal static class TimelineSection
{
    private static readonly string[] Rows = ["regime", "batch", "plan"];

    public static ReportSection Of(ReportPage page)
    {
        SegmentFacts[] all = [.. page.Facts.Sides.SelectMany(side => side.Timeline)];
        string[] lacking = [.. Rows.Where(row => all.All(segment => segment.Row != row))];
        string words = all.Length == 0
            ? "Neither regime, batch size nor plan was recorded at any step: there is nothing to draw."
            : string.Join(" ", page.Facts.Sides.Select(side => Describe(side)));
        if (all.Length > 0 && lacking.Length > 0)
            words += $" Not recorded: {string.Join(", ", lacking.Select(Shown))}.";
        return new ReportSection("timeline", "Timeline of regime, batch and plan", [words], all.Length == 0 ? [] :
        [
            new ReportGrid("Steps with one regime, batch size or plan", ["side", "what", ">first step", ">last step", "value"],
                [.. page.Facts.Sides.SelectMany(side => side.Timeline.Select(segment => Row(side, segment)))], "timeline"),
        ]);
    }

    /// <summary>A value as the timeline shows it: plans by the start of their fingerprint.</summary>
    public static string Shown(SegmentFacts segment) => segment.Value is not { } value ? "not recorded" : segment.Row == "plan" ? Words.Short(value) : Words.InWords(value);

    /// <summary>A row's name.</summary>
    public static string Shown(string row) => row == "batch" ? "batch size" : row;

    private static ReportRow Row(SideFacts side, SegmentFacts segment) => new(null,
    [
        side.Label, Shown(segment.Row), new ReportLink(Words.Of(segment.FirstStep), segment.Records[0]), new ReportLink(Words.Of(segment.LastStep), segment.Records[^1]),
        new ReportLink(Shown(segment), segment is { Row: "plan", Value: { } fingerprint } ? SideNames.PlanRecord(fingerprint) : null),
    ]);

    private static string Describe(SideFacts side)
    {
        List<string> parts = [];
        foreach (string row in Rows)
        {
            SegmentFacts[] own = [.. side.Timeline.Where(segment => segment.Row == row)];
            if (own.Length == 0)
                continue;
            string[] values = [.. own.Select(Shown).Distinct()];
            parts.Add(values.Length == 1 ? $"{Shown(row)} {values[0]} throughout" : $"{Shown(row)} {string.Join(", then ", own.Take(6).Select(Shown))}{(own.Length > 6 ? ", and further changes" : "")}");
        }

        return parts.Count == 0 ? $"{Words.Sentence(side.Label)}: nothing of it was recorded." : $"{Words.Sentence(side.Label)}: {string.Join("; ", parts)}.";
    }
}
