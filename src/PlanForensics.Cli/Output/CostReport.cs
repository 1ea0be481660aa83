using System.Globalization;
using PlanForensics.Cli.Json;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Output;

/// <summary>Prints what steps or products cost.</summary>
internal static class CostReport
{
    public static void Print(CostModel model, int top, bool all, TextReport report)
    {
        CostComparison comparison = CostComparison.Of(model, top);
        report.Value("steps", $"{Numbers.Of(comparison.StepCount)}, of which {Numbers.Of(comparison.PredictedCount)} have a recorded and a predicted time");
        if (model.Comms.Count > 0)
            report.Prose("device time", model.GpuTimeIncludesWaiting ? "contains waiting for other ranks" : "does not contain waiting for other ranks");
        foreach (CommFit fit in model.Comms)
        {
            string what = $"comm{(fit.Type is { } type ? $" {type}" : "")}{(fit.Ranks is { } ranks ? $", {Numbers.Count(ranks, "rank")}" : "")}";
            string terms = fit.BetaGbPerS is { } beta
                ? $"alpha {Short(fit.AlphaMs)} ms{Error(fit.Fit, CostModel.Constant)}, beta {Short(beta)} GB/s"
                : "alpha and beta cannot be told apart: " + (fit.Fit.NotIdentified.Count > 0 ? "one message size" : "time does not rise with bytes");
            report.Prose("", $"{what}: {terms}; {Fit(fit.Fit)}");
        }

        foreach (ComputeFit fit in model.Computes)
            report.Prose("", $"compute {Names.Of(fit.Phase)}: {Sum(fit.Fit)}"
                + $"{(fit.Fit.NotIdentified.Count > 0 ? $" (not identified: {string.Join(", ", fit.Fit.NotIdentified)})" : "")}; {Fit(fit.Fit)}");
        report.Value("sync", model.SyncMs is { } sync ? $"{Short(sync)} ms (median)" : "not recorded");
        if (comparison.Residuals is { } residuals)
            report.Prose("residuals", $"recorded minus predicted: rms {Short(residuals.RootMeanSquare)} ms, median {Short(residuals.MedianAbsolute)}, p95 {Short(residuals.P95Absolute)}, largest {Short(residuals.LargestAbsolute)}");
        string[] missing = [.. model.Steps().Where(cost => cost.ResidualMs is null).SelectMany(cost => cost.Missing).Distinct().Order(StringComparer.Ordinal)];
        if (missing.Length > 0)
            report.Prose("missing", $"{string.Join(", ", missing)} (in steps without a residual)");
        StepCost[] listed = all ? [.. model.Steps()] : [.. comparison.Furthest];
        if (listed.Length == 0)
            return;
        report.Line();
        report.Line(all ? "ms a step:" : "furthest from the model, ms a step:");
        ReportTable table = new(">step", ">rank", ">recorded", ">predicted", ">residual", ">compute", ">comm", ">sync");
        foreach (StepCost cost in listed)
            table.Add(
                cost.Step.Replica is { } replica ? $"{replica} {cost.Step.Index}" : $"{cost.Step.Index}", $"{cost.Step.Rank}", Short(cost.Recorded.TotalMs), Short(cost.Predicted.TotalMs), Short(cost.ResidualMs),
                Short(cost.Recorded.ComputeMs), Short(cost.Recorded.CommMs), Short(cost.Recorded.SyncMs));
        report.Table(table);
    }

    public static void Print(ProductCostDocument product, TextReport report)
    {
        report.Value("product", FormattableString.Invariant($"{product.M} x {product.N} x {product.K}"));
        if (product.Instruction is { } instruction)
        {
            report.Value("instruction", instruction + (product.IsSwapped ? ", columns on its rows" : ""));
            report.Prose("fragments", $"{Percent(product.Utilization)} useful: M {Percent(product.UtilizationM)}, N {Percent(product.UtilizationN)}, K {Percent(product.UtilizationK)}");
        }

        if (product.WorkspaceBytes is { } bytes)
            report.Prose("workspace", $"{Numbers.Of(bytes)} bytes: {product.WorkspaceFormula}");
    }

    private static string Sum(LinearFit fit) => string.Concat(fit.Terms.Select((term, index) =>
        $"{(index == 0 ? "" : term.Coefficient < 0 ? " - " : " + ")}{Short(index == 0 ? term.Coefficient : Math.Abs(term.Coefficient))} ms{(term.Name == CostModel.Constant ? "" : $" x {term.Name}")}"));

    private static string Fit(LinearFit fit) =>
        $"{Numbers.Count(fit.Count, "record")}{(fit.Determination is { } share ? $", explains {Percent(share)}" : "")}, residuals rms {Short(fit.Residuals.RootMeanSquare)} ms, p95 {Short(fit.Residuals.P95Absolute)}, largest {Short(fit.Residuals.LargestAbsolute)}";

    private static string Error(LinearFit fit, string name) => fit.Find(name)?.StandardError is { } error ? $" (+/- {Short(error)})" : "";

    private static string Percent(double? share) => ((share ?? 0) * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string Short(double? value) => value is { } number ? number.ToString("G4", CultureInfo.InvariantCulture) : "-";
}
