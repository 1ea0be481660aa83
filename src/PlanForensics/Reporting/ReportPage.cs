using PlanForensics.Reporting.Facts;
using PlanForensics.Reporting.Sections;

namespace PlanForensics.Reporting;

/// <summary>The facts in reading order: sections of paragraphs and tables, which HTML and Markdown write alike.</summary>
internal sealed class ReportPage
{
    private readonly Dictionary<string, string> _labels = [];

    public ReportPage(ReportFacts facts)
    {
        Facts = facts;
        foreach (SideFacts side in facts.Sides)
        {
            _labels[side.Record] = side.Label;
            foreach (StepFacts step in side.Steps)
                _labels[step.Record] = FormattableString.Invariant($"{side.Label}, step {step.StepIndex}{(step.Rank == 0 ? "" : FormattableString.Invariant($" rank {step.Rank}"))}");
        }

        Sections =
        [
            .. new[]
            {
                FindingsSection.Of(this), MissingSection.Of(this), TimelineSection.Of(this), MarginSection.Of(this), LayerSection.Of(this), ClassSection.Of(this),
                CauseSection.Of(this), OperatorSection.Of(this), RequestSection.Of(this), RecordSection.Of(this),
            }.OfType<ReportSection>(),
        ];
    }

    public ReportFacts Facts { get; }

    public IReadOnlyList<ReportSection> Sections { get; }

    public string Heading => $"Report on {Facts.Title}";

    /// <summary>Links to records, named as a reader calls them.</summary>
    public ReportLink Links(IReadOnlyList<string> records)
    {
        ReportLink[] links = [.. records.Distinct().Select(Link)];
        return links.Length == 0 ? "" : links[0] with { Then = links.Length == 1 ? null : links[1..] };
    }

    /// <summary>A statement's row: what, text, records.</summary>
    public ReportRow Row(StatementFacts statement) => new(null, [statement.Name, statement.Text, Links(statement.Records)]);

    public SideFacts Side(string key) => Facts.Sides.First(side => side.Key == key);

    /// <summary>A record that the recording does not hold (a step that was never written) is named, not linked.</summary>
    private ReportLink Link(string record) => _labels.TryGetValue(record, out string? label) ? new ReportLink(label, record) : new ReportLink(record);
}
