using PlanForensics.Attribution;
using PlanForensics.Attribution.Incidents;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;
using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>Lays out content as facts.</summary>
internal sealed class ReportBuilder
{
    private readonly ReportContent _content;
    private readonly ReportOptions _options;
    private readonly SideNames _sides;

    public ReportBuilder(ReportContent content, ReportOptions options)
    {
        (_content, _options) = (content, options);
        foreach ((string name, int count) in new[] { (nameof(content.Diffs), content.Diffs.Count), (nameof(content.Attributions), content.Attributions.Count) })
            if (count != 0 && count != content.Recordings.Count)
                throw new ArgumentException(FormattableString.Invariant($"{name} has {count} entries for {content.Recordings.Count} recordings; give one for each, or none"), nameof(content));
        if (content.Incident is { } incident && incident.Runs.Count != content.Recordings.Count)
            throw new ArgumentException(FormattableString.Invariant($"the incident has {incident.Runs.Count} runs and {content.Recordings.Count} recordings were given"), nameof(content));
        _sides = new SideNames(content);
    }

    public ReportFacts Build()
    {
        StepRegimes regimes = new(_content, _sides);
        SideFacts[] sides = [.. _content.Recordings.Select((recorded, index) => new SideBuilder(_sides, _content, regimes, _options, index).Build(recorded))];
        List<FlipFacts> flips = Flips();
        return new ReportFacts
        {
            Tool = _options.Tool,
            Kind = _sides.Kind,
            Title = Title(),
            Verdict = VerdictText.Of(_content, flips),
            Findings = [.. new FindingList(_content, _sides, _options).Build()],
            Missing = [.. MissingList.Of(_content, sides, regimes)],
            Sides = sides,
            Flips = flips,
            Attributions = [.. _content.Attributions.Index().Where(entry => entry.Item is not null).Select(entry => _content.Incident is { } incident
                ? AttributionLayout.Of(entry.Item!, incident.Runs[entry.Index], _sides, entry.Index, _options.MostClasses)
                : AttributionLayout.Of(entry.Item!, _sides, entry.Index, _options.MostClasses))],
            Layers = _content.Layers is { } layers ? LayersOf(layers) : null,
            Operators = Bisection is { } bisection ? OperatorsOf(bisection) : null,
            Pin = Pin is { } pin ? PinOf(pin) : null,
            Causes = new CauseLayout(_content, _sides, regimes, flips).Build(),
            RequestDifferences =
            [
                .. _content.Diffs.OfType<TraceDiff>().SelectMany(diff => diff.Request.Fields).Where(field => !field.Finding.IsEqual).Select(field =>
                    new RequestDifferenceFacts(field.Field, Words.Name(field.Effect), field.Finding.ToString(), field.A, field.B)).Distinct(),
            ],
            Plans = PlansOf(sides),
        };
    }

    private BisectionResult? Bisection => _content.Postmortem?.Bisection ?? _content.Incident?.Flip?.Bisection;

    private PinResult? Pin => _content.Postmortem?.Pin ?? _content.Incident?.Flip?.Pin;

    private string Title() => _sides.Kind switch
    {
        "incident" => $"incident {Words.Visible(_content.Incident!.Incident)}",
        "comparison" => $"request {Words.Visible(_content.Recordings[0].RequestId)} against {Words.Visible(_content.Recordings[1].RequestId)}",
        _ => $"request {Words.Visible(_content.Recordings[0].RequestId)}",
    };

    private List<FlipFacts> Flips()
    {
        List<FlipFacts> flips = [];
        for (int index = 0; index < _content.Diffs.Count; index++)
        {
            if (_content.Diffs[index]?.FirstFlip is not { } flip)
                continue;
            int first = _sides.Reference;
            flips.Add(new FlipFacts
            {
                StepIndex = flip.StepIndexA,
                SideA = _sides.KeyOf(first),
                SideB = _sides.KeyOf(index),
                TokenA = Token(flip.TokenA),
                TokenB = Token(flip.TokenB),
                MarginUlpsA = flip.SideA.Margin is { } a ? Words.OrNull(a.Ulps) : null,
                MarginUlpsB = flip.SideB.Margin is { } b ? Words.OrNull(b.Ulps) : null,
                Records = [_sides.StepRecord(first, flip.StepIndexA), _sides.StepRecord(index, flip.StepIndexB)],
            });
        }

        return flips;
    }

    private TokenFacts? Token(int? id) => id is { } token ? new TokenFacts(token, _options.TokenText?.Invoke(token)) : null;

    private LayerFacts LayersOf(LayerDriftResult layers)
    {
        int side = _sides.IndexOf(layers.RequestA);
        string Name(int layer) => layer == layers.LayerCount ? "logits" : FormattableString.Invariant($"layer {layer}");
        return new LayerFacts
        {
            PlanA = layers.PlanA,
            PlanB = layers.PlanB,
            Compared = layers.Ending,
            Layers = [.. Enumerable.Range(0, layers.LayerCount + 1).Select(Name)],
            Cells =
            [
                .. layers.Cells.Select(cell => new LayerCellFacts
                {
                    StepIndex = cell.StepIndex,
                    Layer = Name(cell.Layer),
                    Record = _sides.StepRecord(side, cell.StepIndex),
                    Elements = cell.Elements,
                    DifferentElements = cell.DifferentElements,
                    MedianUlps = Words.OrNull(cell.MedianUlps),
                    MaxUlps = Words.OrNull(cell.MaxUlps),
                }),
            ],
        };
    }

    private OperatorSearchFacts OperatorsOf(BisectionResult bisection) => new(
        Words.Name(bisection.State),
        bisection.Explanation,
        bisection.StepIndex,
        [.. bisection.Groups.SelectMany(group => group.Operators.Select(found => new OperatorFacts(found.Name, found.PlanA, found.PlanB, found.IsSufficient, found.IsNecessary, group.IsJoint)))],
        [.. AttributionLayout.Controls(bisection.Controls, bisection.StepIndex is { } step ? [_sides.StepRecord(_sides.Reference, step)] : [])]);

    private static PinFacts PinOf(PinResult pin) => new(
        pin.Explanation, pin.Pin is { } found ? Words.Name(found.Scope) : null, pin.Pin is { } holds ? [.. holds.Rules.Select(rule => rule.Text)] : []);

    private PlanFacts[] PlansOf(SideFacts[] sides)
    {
        Dictionary<string, string> texts = [];
        foreach (ContractStep step in _content.Recordings.SelectMany(recorded => recorded.Steps))
            if (step.State is { PlanFingerprint: { } fingerprint, Plan: { } text })
                texts.TryAdd(fingerprint, text);
        return
        [
            .. sides.SelectMany(side => side.Steps).Where(step => step.PlanFingerprint is not null).GroupBy(step => step.PlanFingerprint!)
                .Select(group => new PlanFacts(SideNames.PlanRecord(group.Key), group.Key, texts.GetValueOrDefault(group.Key), group.Count())),
        ];
    }
}
