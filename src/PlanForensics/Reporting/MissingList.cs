using PlanForensics.Reporting.Facts;

namespace PlanForensics.Reporting;

/// <summary>What the record does not hold, and what that costs.</summary>
internal static class MissingList
{
    /// <summary>One statement for all sides of which the same is said.</summary>
    public static IEnumerable<StatementFacts> Of(ReportContent content, IReadOnlyList<SideFacts> sides, StepRegimes regimes) => All(content, sides, regimes)
        .GroupBy(item => (item.Side is null ? item.Statement.Name : null, item.Name, item.Statement.Text))
        .Select(group => group.First().Side is null || sides.Count == 1 ? group.First().Statement : new StatementFacts(
            group.Count() == sides.Count ? $"{group.Key.Name} of every side" : $"{group.Key.Name} of {string.Join(", ", group.Select(item => item.Side!.Label))}",
            group.Key.Text,
            [.. group.SelectMany(item => item.Statement.Records)]));

    private static IEnumerable<(string Name, SideFacts? Side, StatementFacts Statement)> All(ReportContent content, IReadOnlyList<SideFacts> sides, StepRegimes regimes)
    {
        foreach (SideFacts side in sides)
        {
            StepFacts[] steps = [.. side.Steps];
            if (steps.Length == 0)
            {
                yield return Say(side, "steps", "none was recorded: there is nothing to draw");
                continue;
            }

            if (Lacks(steps, step => step.MarginUlps) is { } margins)
                yield return Say(side, "margins", $"{margins} without two logits: whether a token was near to flipping is not known there");
            if (Lacks(steps, step => step.LogitsSha256) is { } logits)
                yield return Say(side, "logits", $"{logits} without logits or their hash: bits cannot be compared there");
            if (Lacks(steps, step => step.BatchSize) is { } batches)
                yield return Say(side, "batch size", $"{batches} without it: what else ran is not known there");
            if (Lacks(steps, step => step.PlanFingerprint) is { } plans)
                yield return Say(side, "plan", $"{plans} without the plan that the engine says it ran; an attribution does not need it");
            if (content.Regimes is not null && Lacks(steps, step => step.Regime) is { } unknown)
                yield return Say(side, "regime", $"{unknown} without {Names(regimes.MissingOf(side.RequestId))}: the regime is not known there");
            if (Lacks(steps, step => step.QueueTimeMs ?? step.GpuTimeMs) is { } times)
                yield return Say(side, "times", $"{times} without queue or device time: neither delay nor cost is known there");
            if (side.Shaping is null)
                yield return Say(side, "shaping", "neither shaping events nor truncation, gates or prefix cache were recorded: how the tokens came about is not known");
            if (content.Recordings[sides.ToList().IndexOf(side)].Request.EffectiveTokenIds is null)
                yield return Say(side, "token ids", "only hashes were recorded: the request cannot be replayed from this record");
        }

        if (content.WhyNoPlans is { } why)
            yield return ("plans", null, new StatementFacts("plans", $"not asked: {why}", []));
    }

    private static (string Name, SideFacts? Side, StatementFacts Statement) Say(SideFacts side, string name, string text) => (name, side, new($"{name} of {side.Label}", text, [side.Record]));

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "what decides a regime" : string.Join(", ", names);

    private static string? Lacks<T>(StepFacts[] steps, Func<StepFacts, T?> value)
    {
        int count = steps.Count(step => value(step) is null);
        return count == 0 ? null : count == steps.Length ? $"all {Words.Count(count, "step")} are" : count == 1 ? "1 step is" : $"{Words.Of(count)} of {Words.Count(steps.Length, "step")} are";
    }
}
