using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting.Sections;

/// <summary>The records that everything above links to.</summary>
internal static class RecordSection
{
    public static ReportSection Of(ReportPage page)
    {
        List<ReportGrid> grids = [];
        foreach (SideFacts side in page.Facts.Sides)
        {
            grids.Add(new ReportGrid(
                $"Recording of {side.Label}", ["field", "value"],
                [.. side.Identity.Select((field, index) => new ReportRow(index == 0 ? side.Record : null, [field.Name, field.Value ?? "not recorded"]))]));
            if (side.Steps.Count > 0)
                grids.Add(Steps(side));
        }

        if (page.Facts.Plans.Count > 0)
            grids.Add(new ReportGrid("Plans that steps recorded", ["fingerprint (sha256)", ">steps", "text"], [.. page.Facts.Plans.Select(plan => new ReportRow(plan.Record,
                [plan.Fingerprint, Words.Of(plan.Steps), plan.Text is { } text ? new ReportLink(text, null, "pre") : "only its fingerprint was recorded"]))]));
        return new ReportSection("records", "Records", ["Everything above links here. A step is named by its request, its index and the hash of its logits."], grids);
    }

    /// <summary>A column that no step fills is left out; what is missing is said at the top.</summary>
    private static ReportGrid Steps(SideFacts side)
    {
        (string Name, Func<StepFacts, ReportLink?> Cell)[] columns =
        [
            ("step", step => Words.Of(step.StepIndex) + (step.Rank == 0 ? "" : FormattableString.Invariant($" (rank {step.Rank})"))),
            ("phase", step => step.Phase),
            (">query tokens", step => Words.Of(step.QueryLength)),
            (">context", step => Words.Of(step.KeyLength)),
            (">batch", step => Number(step.BatchSize)),
            (">batch tokens", step => Number(step.BatchTokens)),
            ("regime", step => Text(step.Regime is { } regime ? Words.InWords(regime) : null)),
            ("plan", step => step.PlanFingerprint is { } plan ? new ReportLink(Words.Short(plan), SideNames.PlanRecord(plan)) : (ReportLink?)null),
            ("token", step => Text(step.Token is null ? null : MarginSection.Shown(step.Token))),
            (">margin, ulps", step => Text(step.MarginUlps is { } ulps ? Words.Of(ulps) : step.Margin is null ? null : "NaN")),
            ("bits", step => Text(step.Bits)),
            (">logits different", step => Number(step.LogitsDifferent)),
            (">most, ulps", step => Number(step.LogitsMaxUlps)),
            (">queue ms", step => Text(step.QueueTimeMs is { } queue ? Words.Of(queue) : null)),
            (">device ms", step => Text(step.GpuTimeMs is { } device ? Words.Of(device) : null)),
            ("sha256 of the logits", step => step.LogitsSha256 is { } hash ? new ReportLink($"{hash}{(step.LogitsFormat is { } format ? $" ({format})" : "")}", null, "pre") : (ReportLink?)null),
        ];
        var used = columns.Where(column => side.Steps.Any(step => column.Cell(step) is not null)).ToArray();
        return new ReportGrid(
            $"Steps of {side.Label}", [.. used.Select(column => column.Name)],
            [.. side.Steps.Select(step => new ReportRow(step.Record, [.. used.Select(column => column.Cell(step) ?? "?")]))]);
    }

    private static ReportLink? Number(long? value) => Text(value is { } number ? Words.Of(number) : null);

    private static ReportLink? Text(string? text) => text is null ? (ReportLink?)null : new ReportLink(text);
}
