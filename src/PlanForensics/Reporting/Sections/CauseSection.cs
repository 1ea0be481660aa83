using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>The chain from the first cause to the token.</summary>
internal static class CauseSection
{
    /// <summary>The chart that is a list.</summary>
    public const string Chart = "causes";

    public static ReportSection Of(ReportPage page) => page.Facts.Causes is not { } causes
        ? new ReportSection("causes", "Causal chain", [page.Facts.Kind == "request" ? "A chain takes two sides: give another run of the request with --against." : "Not known: the sides are not known to differ, or their requests do."], [])
        : new ReportSection("causes", "Causal chain", [causes.Sentence], [.. Grids(page, causes)]);

    private static IEnumerable<ReportGrid> Grids(ReportPage page, CauseFacts causes)
    {
        if (causes.Links.Count > 0)
            yield return new ReportGrid("From the first cause to the token", ["link", ">step", "what happened", "records"], [.. causes.Links.Select(link => Row(page, link))], Chart);
        foreach (ChainFacts chain in causes.Chains)
        {
            string name = $"{Words.InWords(chain.Kind)}{(chain.Replica is { } replica ? $" on {replica}" : "")}";
            yield return new ReportGrid($"In the engine meanwhile: {name}, by its iterations", ["link", ">iteration", "what happened", "records"], [.. chain.Links.Select(link => Row(page, link))], Chart);
            if (chain.Missing.Count > 0)
                yield return new ReportGrid($"Not proven of {name}", ["stage", "why", "records"], [.. chain.Missing.Select(page.Row)]);
        }
    }

    private static ReportRow Row(ReportPage page, CauseLinkFacts link) => new(
        null, [Words.InWords(link.Kind), link.StepIndex is { } step ? Words.Of(step) : "", link.Text, page.Links(link.Records)]);
}
