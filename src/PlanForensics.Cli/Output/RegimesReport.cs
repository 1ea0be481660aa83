using System.Globalization;
using PlanForensics.Cli.Json;
using PlanForensics.Regimes;

namespace PlanForensics.Cli.Output;

/// <summary>Reports of <c>regimes</c>.</summary>
internal static class RegimesReport
{
    public static RegimesDocument Document(string store, RegimeHistory history, bool withSteps)
    {
        (RegimeInput missing, RegimeInput assumed) = Gaps(history);
        return new RegimesDocument
        {
            Store = store,
            Timeline = TimelineDocument.Of(history),
            Limits = RegimeLimitsDocument.Of(history.Classifier.Thresholds),
            Regimes = [.. history.CountIterations().Select(pair => new RegimeCountDocument { Regime = RegimeNames.NameOf(pair.Key), Iterations = pair.Value })],
            Fabric = [.. history.CountFabricIterations().Select(pair => new RegimeCountDocument { Regime = RegimeNames.NameOf(pair.Key), Iterations = pair.Value })],
            Missing = RegimeNames.NamesOf(missing),
            Assumed = RegimeNames.NamesOf(assumed),
            Transitions = [.. history.Transitions.Select(TransitionDocument.Of)],
            FabricTransitions = [.. history.FabricTransitions.Select(TransitionDocument.Of)],
            LabelFindings = [.. history.LabelFindings.Select(RegimeLabelDocument.Of)],
            Steps = withSteps ? [.. history.Timeline.Steps.Select(step => RegimeStepDocument.Of(step, history))] : null,
        };
    }

    public static void Print(TextReport report, string store, RegimeHistory history, bool withSteps, int limit)
    {
        Head(report, store, history);
        if (history.Timeline.Steps.Count == 0)
            return;
        IReadOnlyDictionary<Regime, int> counts = history.CountIterations();
        ReportTable table = new("regime", ">iterations", ">share");
        foreach ((Regime regime, int count) in counts)
            table.Add(Cell(regime), Numbers.Of(count), Numbers.Percent(count, counts.Values.Sum()));
        report.Line();
        report.Table(table);
        ReportTable fabric = new("fabric", ">iterations", ">share");
        foreach ((FabricRegime regime, int count) in history.CountFabricIterations())
            fabric.Add(RegimeNames.NameOf(regime), Numbers.Of(count), Numbers.Percent(count, counts.Values.Sum()));
        report.Line();
        report.Table(fabric);
        Transitions(report, "transitions", [.. history.Transitions.Select(one => (one.Step, RegimeNames.NameOf(one.From), RegimeNames.NameOf(one.To), one.Crossing))], limit);
        Transitions(
            report, "fabric transitions", [.. history.FabricTransitions.Select(one => (one.Step, RegimeNames.NameOf(one.From), RegimeNames.NameOf(one.To), one.Crossing))], limit);
        Findings(report, history);
        if (withSteps)
            Steps(report, history);
    }

    /// <summary>What was read, and what the record leaves open.</summary>
    public static void Head(TextReport report, string store, RegimeHistory history)
    {
        StepTimeline timeline = history.Timeline;
        int iterations = history.CountIterations().Values.Sum();
        report.Value("store", store);
        report.Value("read", $"{Numbers.Count(timeline.RowCount, "recorded step")} of {Numbers.Count(timeline.Requests.Count, "request")}");
        report.Value("engine", $"{Numbers.Count(iterations, "iteration")}, {Numbers.Count(timeline.Lanes.Select(lane => lane.Replica).Distinct().Count(), "replica")}, "
            + Numbers.Count(timeline.Lanes.Select(lane => lane.Rank).Distinct().Count(), "rank"));
        DateTimeOffset[] times = [.. timeline.Steps.Select(step => step.StartedAt).OfType<DateTimeOffset>()];
        if (times.Length > 0)
            report.Value("time", $"{Numbers.Time(times.Min())} to {Numbers.Time(times.Max())}");
        (RegimeInput missing, RegimeInput assumed) = Gaps(history);
        if (missing != RegimeInput.None)
            report.Prose("unknown", $"not recorded where it decides: {string.Join(", ", RegimeNames.NamesOf(missing))}");
        if (assumed != RegimeInput.None)
            report.Prose("assumed", $"not recorded, taken for absent: {string.Join(", ", RegimeNames.NamesOf(assumed))}");
        foreach (string remark in Remarks(timeline))
            report.Prose("remark", remark);
    }

    private static IEnumerable<string> Remarks(StepTimeline timeline)
    {
        if (timeline.UnjoinedRows > 0)
            yield return $"{Numbers.Count(timeline.UnjoinedRows, "recorded step")} without batch_fingerprint: each counts as an engine step of its own";
        if (timeline.DisagreeingSteps > 0)
            yield return $"the requests of {Numbers.Count(timeline.DisagreeingSteps, "engine step")} recorded different values of the engine; the worst counts";
        if (timeline.Contradictions > 0)
            yield return $"times or batches contradict the order of a request's own steps {Numbers.Count(timeline.Contradictions, "time")}; that order is kept";
        if (timeline.Requests.Sum(request => request.DroppedSteps) is > 0 and var dropped)
            yield return $"the recorder dropped {Numbers.Count(dropped, "step")}";
    }

    private static void Transitions(
        TextReport report, string title, IReadOnlyList<(EngineStep Step, string From, string To, RegimeCrossing Crossing)> transitions, int limit)
    {
        report.Line();
        if (transitions.Count == 0)
        {
            report.Line($"{title}: none");
            return;
        }

        int shown = limit == 0 ? transitions.Count : Math.Min(limit, transitions.Count);
        List<string> lines = [];
        foreach ((EngineStep step, string from, string to, RegimeCrossing crossing) in transitions.Take(shown))
        {
            lines.Add($"{from} -> {to}, {Place(step)}");
            lines.Add("  " + Text(crossing));
        }

        report.Section(shown == transitions.Count ? $"{title} ({Numbers.Of(shown)})" : $"{title} (the first {Numbers.Of(shown)} of {Numbers.Of(transitions.Count)}; --limit 0 prints all)", lines);
    }

    private static void Findings(TextReport report, RegimeHistory history)
    {
        if (history.LabelFindings.Count == 0)
            return;
        report.Line();
        report.Section("recorded regimes that the inputs contradict", history.LabelFindings.Select(finding =>
            $"{finding.Recorded} recorded, {RegimeNames.NameOf(finding.Classified)} by its inputs: {Numbers.Count(finding.Count, "recorded step")}, "
            + $"first {Place(finding.First)}, request {finding.FirstRequestId}"));
    }

    private static void Steps(TextReport report, RegimeHistory history)
    {
        ReportTable table = new(">step", ">reqs", "regime", "fabric", ">free MB", ">ratio", ">queue");
        bool severalReplicas = history.Timeline.Lanes.Select(lane => lane.Replica).Distinct().Skip(1).Any();
        foreach (EngineStep step in history.Timeline.Steps)
        {
            RegimeStepDocument document = RegimeStepDocument.Of(step, history);
            string name = $"{(severalReplicas ? $"{step.Replica} " : "")}{Numbers.Of(step.Index)}{(step.Rank > 0 ? $" rank {step.Rank}" : "")}";
            table.Add(
                name, Numbers.Of(document.Requests), Cell(history.RegimeOf(step)), document.Fabric, Short(document.EffectiveFreeMb), Short(document.EffectiveFreeRatio, 4),
                Short(document.QueueP95Ms));
        }

        report.Line();
        report.Line("steps: requests, effective free memory, its ratio to the pool, queue p95 in ms");
        report.Table(table);
    }

    private static (RegimeInput Missing, RegimeInput Assumed) Gaps(RegimeHistory history)
    {
        (RegimeInput missing, RegimeInput assumed) = (RegimeInput.None, RegimeInput.None);
        foreach (EngineStep step in history.Timeline.Steps)
        {
            RegimeVerdict verdict = history.VerdictOf(step);
            (missing, assumed) = (missing | verdict.Missing, assumed | verdict.Assumed);
        }

        return (missing, assumed);
    }

    /// <summary>A step for people.</summary>
    public static string Place(EngineStep step) =>
        $"step {Numbers.Of(step.Index)}{(step.Replica is { } replica ? $" of {replica}" : "")}{(step.StartedAt is { } time ? $", {time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}" : "")}";

    /// <summary>A number of a few digits; ? where there is none.</summary>
    public static string Short(double? value, int digits = 6) => value?.ToString($"G{digits}", CultureInfo.InvariantCulture) ?? "?";

    /// <summary>A regime as a cell.</summary>
    public static ReportCell Cell(Regime regime) => new(RegimeNames.NameOf(regime), regime switch
    {
        Regime.Normal => Tone.Good,
        Regime.Unknown => Tone.Unsure,
        Regime.MemoryEvaporation or Regime.Paging => Tone.Bad,
        _ => Tone.Plain,
    });

    private static string Text(RegimeCrossing crossing)
    {
        string limit = crossing.Limit is { } value ? $" (limit {Short(value)})" : "";
        string rank = crossing.Rank is { } number ? $" on rank {number}" : "";
        string moved = crossing.MovedBy is { } part ? $", by {part.Input} {Short(part.Before)} -> {Short(part.After)}" : "";
        return $"{crossing.Input}{rank} {Value(crossing.Before)} -> {Value(crossing.After)}{limit}{moved}";
    }

    private static string Value(string? text) =>
        text is null ? "not recorded" : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? Short(number) : text;
}
