using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>Where two plans drift apart inside the decoder.</summary>
internal static class LayerSection
{
    public static ReportSection Of(ReportPage page)
    {
        if (page.Facts.Layers is not { Cells.Count: > 0 } layers)
            return new ReportSection("layers", "Distance by layer and step", ["Not computed: it takes two plans and a model to replay both sides layer by layer, and at least one of them is not known here."], []);
        return new ReportSection("layers", "Distance by layer and step", [Describe(layers)],
        [
            new ReportGrid(
                "Largest distance of any value after each layer, in ulps", ["step", .. layers.Layers.Select(layer => ">" + layer)],
                [.. layers.Cells.GroupBy(cell => cell.StepIndex).Select(step => Row([.. step]))], "layers"),
        ]);
    }

    private static ReportRow Row(LayerCellFacts[] cells) => new(null,
        [new ReportLink(Words.Of(cells[0].StepIndex), cells[0].Record), .. cells.Select(cell => (ReportLink)(cell.MaxUlps is { } ulps ? Words.Of(ulps) : "NaN"))]);

    private static string Describe(LayerFacts layers)
    {
        LayerCellFacts? first = layers.Cells.FirstOrDefault(cell => cell.DifferentElements > 0);
        LayerCellFacts largest = layers.Cells.MaxBy(cell => cell.MaxUlps ?? long.MaxValue)!;
        string found = first is null
            ? "no bit differs at any layer of any step"
            : FormattableString.Invariant($"the first bits that differ are after {first.Layer} in step {first.StepIndex} ({Words.Of(first.DifferentElements)} of {Words.Of(first.Elements)} values); the largest distance is {(largest.MaxUlps is { } ulps ? Words.Ulps(ulps) : "that of a NaN")}, after {largest.Layer} in step {largest.StepIndex}");
        return $"The plans {layers.PlanA} and {layers.PlanB} replayed side by side: {found}. {Words.Sentence(layers.Compared)}.";
    }
}
