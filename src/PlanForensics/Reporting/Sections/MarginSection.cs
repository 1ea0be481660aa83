using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>How near each step's token was to another one, and where it flipped.</summary>
internal static class MarginSection
{
    public static ReportSection Of(ReportPage page)
    {
        SideFacts[] sides = [.. page.Facts.Sides];
        StepFacts[][] steps = [.. sides.Select(side => side.Steps.Where(step => step.Rank == 0).ToArray())];
        if (steps.All(side => side.All(step => step.MarginUlps is null && step.Margin is null)))
            return new ReportSection("margins", "Margin at every step", ["No step recorded two logits: margins are not known, and nothing is drawn."], []);
        return new ReportSection("margins", "Margin at every step", [Describe(page, sides, steps)],
        [
            new ReportGrid(
                "Margin (largest logit minus second largest) in ulps, and the token chosen",
                ["step", .. sides.SelectMany(side => new[] { $">margin, {side.Label}", $"token, {side.Label}" }), "bits"],
                [.. steps.SelectMany(side => side).Select(step => step.StepIndex).Distinct().Order().Select(index => Row(index, steps))], "margins"),
        ]);
    }

    /// <summary>A token as tables show it.</summary>
    public static string Shown(TokenFacts? token) => token is null ? "not recorded" : FormattableString.Invariant($"{token.Id}") + (token.Text is { } text ? " " + Words.Quote(text) : "");

    private static ReportRow Row(int index, StepFacts[][] steps)
    {
        List<ReportLink> cells = [Words.Of(index)];
        StepFacts?[] own = [.. steps.Select(side => side.FirstOrDefault(step => step.StepIndex == index))];
        foreach (StepFacts? step in own)
        {
            cells.Add(step is null ? "" : new ReportLink(step.MarginUlps is { } ulps ? Words.Of(ulps) : step.Margin is null ? "not recorded" : "NaN", step.Record));
            cells.Add(step is null ? "" : Shown(step.Token));
        }

        string[] bits = [.. own.Select(step => step?.Bits).OfType<string>()];
        cells.Add(bits.Length == 0 ? "not compared" : bits.Contains("different") ? new ReportLink("different", null, "bad") : bits.Contains("undecidable") ? new ReportLink("undecidable", null, "unsure") : new ReportLink("equal", null, "good"));
        return new ReportRow(null, cells);
    }

    private static string Describe(ReportPage page, SideFacts[] sides, StepFacts[][] steps)
    {
        List<string> parts = [];
        for (int side = 0; side < sides.Length; side++)
        {
            StepFacts? least = steps[side].Where(step => step.MarginUlps is not null).MinBy(step => step.MarginUlps);
            if (least is not null)
                parts.Add(FormattableString.Invariant($"the smallest margin of {sides[side].Label} is {Words.Ulps(least.MarginUlps)}, at step {least.StepIndex}"));
        }

        string flips = page.Facts.Flips.Count == 0
            ? sides.Length == 1 ? "" : " No token flipped."
            : " " + string.Join(" ", page.Facts.Flips.Select(flip => FormattableString.Invariant($"The token flipped at step {flip.StepIndex} ({page.Side(flip.SideA).Label} against {page.Side(flip.SideB).Label}).")));
        return $"{Words.Sentence(string.Join("; ", parts))}.{flips}";
    }
}
