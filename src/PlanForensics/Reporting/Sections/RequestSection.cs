using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>What the model saw, and how it came about.</summary>
internal static class RequestSection
{
    public static ReportSection Of(ReportPage page)
    {
        List<ReportGrid> grids = [];
        bool isOne = page.Facts.Sides.Count > 1 && page.Facts.Sides.Skip(1).All(side => side.Request.SequenceEqual(page.Facts.Sides[0].Request) && Same(side.Shaping, page.Facts.Sides[0].Shaping));
        foreach (SideFacts side in isOne ? page.Facts.Sides.Take(1) : page.Facts.Sides)
        {
            string whose = isOne ? "every side" : side.Label;
            grids.Add(new ReportGrid($"Effective request of {whose}", ["field", "value"], [.. side.Request.Select(field => new ReportRow(null, [field.Name, field.Value ?? "not recorded"]))]));
            if (side.Shaping is { Count: > 0 } shaping)
                grids.Add(new ReportGrid($"What changed the prompt of {whose} on its way, in order", ["event", "detail", ">tokens before", ">tokens after"], [.. shaping.Select(Row)]));
        }

        if (page.Facts.RequestDifferences.Count > 0)
            grids.Add(new ReportGrid(
                "Where the effective requests are not known to be equal", ["field", "can change", "finding", "side A", "side B"],
                [.. page.Facts.RequestDifferences.Select(field => new ReportRow(null, [field.Field, Words.InWords(field.Effect), field.Finding, field.A ?? "not recorded", field.B ?? "not recorded"]))]));
        return new ReportSection("request", "What the model saw", [.. page.Facts.Sides.Take(isOne ? 1 : int.MaxValue).Select(side => Describe(side, isOne)), .. isOne ? ["All sides recorded the same effective request."] : Array.Empty<string>()], grids);
    }

    private static bool Same(IReadOnlyList<ShapingFacts>? a, IReadOnlyList<ShapingFacts>? b) => (a is null && b is null) || (a is not null && b is not null && a.SequenceEqual(b));

    private static ReportRow Row(ShapingFacts item) => new(null,
        [Words.InWords(item.Kind), item.Detail, item.TokensBefore is { } before ? Words.Of(before) : "", item.TokensAfter is { } after ? Words.Of(after) : ""]);

    private static string Describe(SideFacts side, bool isOne)
    {
        string whose = isOne ? "every side" : side.Label;
        return side.Shaping switch
        {
            null => $"How the prompt of {whose} was shaped was not recorded.",
            { Count: 0 } => $"It was recorded that nothing changed the prompt of {whose}.",
            _ => $"{Words.Sentence(Words.Count(side.Shaping.Count, "event"))} shaped the prompt of {whose}.",
        };
    }
}
