using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>Which operators made the difference, and the pin that removes it.</summary>
internal static class OperatorSection
{
    public static ReportSection? Of(ReportPage page)
    {
        if (page.Facts.Operators is not { } search)
            return page.Facts.Kind == "request" ? null : new ReportSection("operators", "Operators and pin", ["Not looked for: the plans of both sides must be known first."], []);
        List<string> words = [Words.Sentence(search.Explanation) + "."];
        if (page.Facts.Pin is { } pin)
            words.Add($"Pin: {pin.Explanation}.");
        List<ReportGrid> grids = [];
        if (search.Found.Count > 0)
            grids.Add(new ReportGrid("Operators whose plans make the difference", ["operator", "plan of side A", "plan of side B", "sufficient alone", "necessary"], [.. search.Found.Select(Row)]));
        if (page.Facts.Pin is { Rules.Count: > 0 } rules)
            grids.Add(new ReportGrid("Rules of the pin, as a plan file takes them", ["rule"], [.. rules.Rules.Select(rule => new ReportRow(null, [new ReportLink(rule, null, "pre")]))]));
        if (search.Controls.Count > 0)
            grids.Add(new ReportGrid("Controls of the search", ["about", "finding", "records"], [.. search.Controls.Select(page.Row)]));
        return new ReportSection("operators", "Operators and pin", words, grids);
    }

    private static ReportRow Row(OperatorFacts found) => new(null,
        [found.Name, new ReportLink(found.PlanA, null, "pre"), new ReportLink(found.PlanB, null, "pre"), found.IsSufficient ? "yes" : found.IsJoint ? "only with the others" : "no", found.IsNecessary ? "yes" : "no"]);
}
