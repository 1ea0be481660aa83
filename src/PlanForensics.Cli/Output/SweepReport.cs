using System.Globalization;
using PlanForensics.Cli.Json;

namespace PlanForensics.Cli.Output;

/// <summary>Prints a sweep.</summary>
internal static class SweepReport
{
    public static void Print(SweepDocument done, TextReport report)
    {
        if (done.Regimes is not null)
            PrintRegimes(done, report);
        else if (done.Spread is not null)
            PrintSpread(done, report);
        else
            PrintProtocol(done, report);
        report.Line();
        report.Value("replays", $"{Numbers.Of(done.Replays)} of {Numbers.Count(done.Prompts, "prompt")}, {done.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
    }

    private static void PrintRegimes(SweepDocument done, TextReport report)
    {
        ReportTable regimes = new("regime", ">iterations", ">plans", ">drift", ">flips", ">answers changed");
        foreach (RegimeDriftDocument regime in done.Regimes!)
        {
            regimes.Add(
                regime.Regime, Numbers.Of(regime.Iterations), $"{regime.PlanCount} in {regime.Samples}", Numbers.Percent(regime.DifferentSteps, regime.Steps),
                Numbers.Percent(regime.FlippedSteps, regime.Steps), $"{Numbers.Of(regime.DifferentAnswers)} of {Numbers.Of(regime.Answers)}");
        }

        report.Table(regimes);
        report.Line();
        ReportTable plans = new("regime", "plans of its samples");
        foreach (RegimeDriftDocument regime in done.Regimes!)
            foreach ((int index, string kernels) in regime.Kernels.Index())
                plans.Add(index == 0 ? regime.Regime : "", kernels);
        report.Table(plans);
        report.Line();
        MarginSpreadDocument margins = done.Margins!;
        report.Prose("margins", $"{Numbers.Of(margins.Steps)} steps of requests alone: {Numbers.Of(margins.Ties)} ties; p1 {Numbers.Ulps(margins.P1)}, p10 {Numbers.Ulps(margins.P10)}, "
            + $"median {Numbers.Ulps(margins.P50)}" + (done.Regimes!.Max(regime => regime.LargestFlippedMarginUlps) is { } flipped ? $"; the widest that flipped: {Numbers.Ulps(flipped)}" : ""));
        if (done.Pins is not { Count: > 0 })
        {
            report.Value("pin", "none is needed: no answer depends on the batch");
            return;
        }

        ReportTable pins = new("pin, cheapest first", ">est. cost", ">answers changed", "bits");
        foreach (PinTrialDocument pin in done.Pins)
        {
            pins.Add(
                pin.Name, string.Create(CultureInfo.InvariantCulture, $"{100 * pin.EstimatedCost:+0.0;-0.0;0.0} %"), $"{Numbers.Of(pin.DifferentAnswers)} of {Numbers.Of(pin.Answers)}",
                new ReportCell(pin.BitsEqual ? "equal" : "differ", pin.Holds ? Tone.Good : Tone.Plain));
        }

        report.Line();
        report.Table(pins);
        report.Line();
        report.Prose("pin", done.CheapestPin is { } cheapest ? $"{cheapest}: the cheapest under which no answer depends on the batch, replayed" : "none of these keeps every answer");
    }

    private static void PrintProtocol(SweepDocument done, TextReport report)
    {
        ReportTable table = new("prompt", ">answers", ">unique", ">unique, pinned");
        foreach ((ProtocolPromptDocument free, ProtocolPromptDocument pinned) in done.LoadDependent!.Zip(done.Pinned!))
            table.Add(free.Name, Numbers.Of(free.Samples), new ReportCell(Numbers.Of(free.UniqueCount), free.UniqueCount > 1 ? Tone.Bad : Tone.Good), new ReportCell(Numbers.Of(pinned.UniqueCount), Tone.Good));
        report.Value("mode", $"{done.Mode}, {Numbers.Count(done.Trials!.Value, "trial")}");
        report.Table(table);
        PrintGroups(done.LoadDependent!, report);
    }

    private static void PrintGroups(IReadOnlyList<ProtocolPromptDocument> prompts, TextReport report)
    {
        foreach (ProtocolPromptDocument prompt in prompts.Where(prompt => prompt.UniqueCount > 1))
        {
            report.Line();
            report.Line($"{prompt.Name}: {prompt.UniqueCount} answers{(prompt.IsExplained ? ", each a function of its plans" : ", NOT a function of the plans")}");
            foreach (OutputGroupDocument group in prompt.Outputs)
            {
                report.Prose($"  {Numbers.Of(group.Samples)} x", TokenText.Quote(group.Text ?? string.Join(' ', group.Tokens), int.MaxValue));
                foreach (string path in group.Paths)
                    report.Prose("", path);
            }
        }
    }

    private static void PrintSpread(SweepDocument done, TextReport report)
    {
        string Number(double? value) => value is { } number ? number.ToString("0.######", CultureInfo.InvariantCulture) : "-";
        ReportTable table = new("metric", ">by configuration", ">pinned");
        (SpreadDocument free, SpreadDocument pinned) = (done.Spread!, done.PinnedSpread!);
        table.Add("Std@Acc", Number(free.StdAccuracy), Number(pinned.StdAccuracy));
        table.Add("Avg_Std@Output_Length", Number(free.StdOutputLength), Number(pinned.StdOutputLength));
        table.Add("Div_Index", Number(free.DivergenceIndex), Number(pinned.DivergenceIndex));
        table.Add("Avg_Std@top1_prob", Number(free.StdTopProbability), Number(pinned.StdTopProbability));
        table.Add("diverging prompts", Numbers.Of(free.DivergingPrompts), Numbers.Of(pinned.DivergingPrompts));
        table.Add("unique answers, average", Number(free.UniqueAnswers), Number(pinned.UniqueAnswers));
        report.Table(table);
        PrintGroups(done.LoadDependent!, report);
    }
}
