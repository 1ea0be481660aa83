using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Compares two traces and words the difference. Side A is the expected one.</summary>
internal static class TraceFinding
{
    /// <summary>Null when every step chose the same token.</summary>
    public static string? Tokens(ExecutionContract actual, ExecutionContract expected)
    {
        const string Expectation = "Expected {context:trace} to choose the tokens of the other trace";
        TraceDiff diff = TraceDiff.Between(expected, actual);
        if (diff.FirstFlip is { } flip)
            return Flip(Expectation, diff, flip, actual, expected).Message;
        return NotComparable(diff, actual, expected, diff.Steps.FirstOrDefault(step => !step.Tokens.IsEqual)?.Tokens) is { } reason ? Undecided(Expectation, reason, actual, expected) : null;
    }

    /// <summary>Null when every step has the same bits and token.</summary>
    public static string? Bits(ExecutionContract actual, ExecutionContract expected)
    {
        const string Expectation = "Expected {context:trace} to have the bits of the other trace";
        TraceDiff diff = TraceDiff.Between(expected, actual);
        if (diff.Steps.FirstOrDefault(step => step.Bits.IsDifferent) is { } first)
            return Difference(Expectation, diff, first, actual, expected).Message;
        if (diff.FirstFlip is { } flip)
            return Flip(Expectation, diff, flip, actual, expected).Message;
        return NotComparable(diff, actual, expected, diff.Steps.FirstOrDefault(step => !step.Bits.IsEqual)?.Bits) is { } reason ? Undecided(Expectation, reason, actual, expected) : null;
    }

    /// <summary>One side's margin at a step.</summary>
    public static string Margin(LogitMargin? margin, string side) => margin is null
        ? $"{side}: fewer than two logits were recorded"
        : $"{side}: token {ElementText.Number(margin.Top1.Token)} {ElementText.Of(margin.Top1)} over {ElementText.Number(margin.Top2.Token)} {ElementText.Of(margin.Top2)} by {ElementText.Number(margin.Margin)}, {ElementText.Ulps(margin.Ulps, margin.Top1.Format)}";

    public static string Token(int? token) => token?.ToString(CultureInfo.InvariantCulture) ?? "(hashed)";

    private static Finding Flip(string expectation, TraceDiff diff, TokenFlip flip, ExecutionContract actual, ExecutionContract expected)
    {
        StepDiff step = diff.Steps.First(step => step.Flip == flip);
        return new Finding(expectation, string.Create(CultureInfo.InvariantCulture, $"step {flip.StepIndexB} flips the token"))
            .Line("step", Place(step, actual, expected))
            .Line("token", $"{Token(flip.TokenA)} expected, {Token(flip.TokenB)} found")
            .Line("margin", $"{Margin(flip.SideA.Margin, "expected")}\n{Margin(flip.SideB.Margin, "found")}")
            .Line("logits", step.LogitsDiff is { } logits ? TensorFinding.Spread(logits) : null)
            .Line("operator", Operator(diff))
            .Line("plans", Plans(actual, expected, flip.StepIndexA, flip.StepIndexB))
            .Line("before", Before(diff, step))
            .Line("reproduce", Command(actual, expected));
    }

    private static Finding Difference(string expectation, TraceDiff diff, StepDiff step, ExecutionContract actual, ExecutionContract expected) =>
        new Finding(expectation, string.Create(CultureInfo.InvariantCulture, $"step {step.StepIndexB} has other bits"))
            .Line("step", Place(step, actual, expected))
            .Line("token", step.Tokens.IsEqual ? $"{Token(step.TokenB)} in both" : step.Tokens.IsDifferent ? $"{Token(step.TokenA)} expected, {Token(step.TokenB)} found" : null)
            .Line("margin", step.MarginA is null && step.MarginB is null ? null : $"{Margin(step.MarginA, "expected")}\n{Margin(step.MarginB, "found")}")
            .Line("logits", step.LogitsDiff is { } logits ? TensorFinding.Spread(logits) : null)
            .Line("operator", Operator(diff))
            .Line("plans", Plans(actual, expected, step.StepIndexA, step.StepIndexB))
            .Line("before", Before(diff, step))
            .Line("reproduce", Command(actual, expected));

    private static string Undecided(string expectation, string reason, ExecutionContract actual, ExecutionContract expected) =>
        new Finding(expectation, reason).Line("reproduce", Command(actual, expected)).Message;

    /// <summary>Why the traces are not known to agree, though no difference was found; null when they are.</summary>
    private static string? NotComparable(TraceDiff diff, ExecutionContract actual, ExecutionContract expected, EqualityFinding? open)
    {
        if (diff.Request.Finding.IsDifferent)
            return $"the effective requests differ: {diff.Request.DecisiveDifferences.First()}; no step compares";
        if (diff.Weights.IsDifferent)
            return "the two ran different weights";
        if (diff.Steps.Count == 0)
            return $"there is no step to compare: {diff.Ending}";
        if (open is not null)
            return $"it cannot be said: {open.Because}";
        if (diff.OnlyInA.Count + diff.OnlyInB.Count > 0)
            return string.Create(CultureInfo.InvariantCulture, $"step {diff.OnlyInA.Concat(diff.OnlyInB).Min()} is in one of them only");
        (int beyond, string longer) = diff.BeyondEndOfB > 0 ? (diff.BeyondEndOfB, "the other trace") : (diff.BeyondEndOfA, "this trace");
        return beyond == 0 ? null : $"{longer} goes on for {ElementText.Count(beyond, "step")} that the other has not ({ElementText.Number(actual.Steps.Count)} found, {ElementText.Number(expected.Steps.Count)} expected)";
    }

    private static string Place(StepDiff step, ExecutionContract actual, ExecutionContract expected)
    {
        StepState state = StateOf(actual, step.StepIndexB)!;
        string batch = state.BatchSize is { } size ? string.Create(CultureInfo.InvariantCulture, $", batch {size}") : "";
        string other = StateOf(expected, step.StepIndexA)?.BatchSize is { } otherSize && otherSize != state.BatchSize ? string.Create(CultureInfo.InvariantCulture, $" against {otherSize}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{step.StepIndexB} ({state.Phase.ToString().ToLowerInvariant()}{batch}{other}) of {actual.RequestId} against {expected.RequestId}");
    }

    private static string? Operator(TraceDiff diff)
    {
        if (diff.FirstDivergence is not { } first)
            return "bits do not differ where they were recorded";
        string place = (first.CapturedTensor ?? first.HiddenState) is { } point ? Place(point) : "logits; record hidden-state hashes to learn the layer";
        string element = first.Element is { } at ? $"\n{(first.CapturedTensor is { } tensor ? Place(tensor) : first.ElementOf)} {new ElementPair(at)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"bits first differ at step {first.StepIndexB}: {place}{element}");
    }

    // Replays name their tensors l0.q_proj: the layer need not be said twice.
    private static string Place(TracePoint point) => point.Layer is { } layer && point.Name is { } name && name.StartsWith(string.Create(CultureInfo.InvariantCulture, $"l{layer}."), StringComparison.Ordinal)
        ? new TracePoint(layer, name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]).ToString()
        : point.ToString();

    private static string? Plans(ExecutionContract actual, ExecutionContract expected, int indexA, int indexB)
    {
        string? a = Recorded(StateOf(expected, indexA));
        string? b = Recorded(StateOf(actual, indexB));
        if (a is null && b is null)
            return "not recorded; planforensics attribute finds the class that made the bits";
        return a == b ? $"one fingerprint on both sides: {a}" : $"expected: {a ?? "not recorded"}\nfound: {b ?? "not recorded"}";
    }

    private static string? Recorded(StepState? state) => state switch
    {
        null => null,
        { Plan: { } plan, PlanFingerprint: { } fingerprint } => $"{fingerprint[..12]} ({FirstGemm(plan)})",
        { PlanFingerprint: { } fingerprint } => fingerprint[..12],
        { Plan: { } plan } => FirstGemm(plan),
        _ => null,
    };

    /// <summary>A whole plan has a rule a role; the products are what differs as a rule.</summary>
    private static string FirstGemm(string plan)
    {
        string[] lines = plan.Split('\n');
        string[] gemms = [.. lines.Where(line => line.Contains("= gemm", StringComparison.Ordinal)).Select(line => line[(line.IndexOf("= ", StringComparison.Ordinal) + 2)..]).Distinct()];
        return gemms.Length switch
        {
            0 => lines[0],
            1 => gemms[0],
            _ => $"{gemms[0]} and {ElementText.Number(gemms.Length - 1)} more",
        };
    }

    private static string Before(TraceDiff diff, StepDiff step)
    {
        StepDiff[] earlier = [.. diff.Steps.TakeWhile(other => other != step)];
        return earlier.Length == 0
            ? "no step"
            : $"{ElementText.Count(earlier.Length, "step")}: {ElementText.Number(earlier.Count(other => other.Bits.IsEqual))} bitwise equal, {ElementText.Number(earlier.Count(other => other.Bits.IsDifferent))} with other bits and the same token, {ElementText.Number(earlier.Count(other => other.Bits.IsUndecidable))} undecidable";
    }

    private static StepState? StateOf(ExecutionContract trace, int index) => trace.Steps.FirstOrDefault(step => step.State.StepIndex == index)?.State;

    private static string? Command(ExecutionContract actual, ExecutionContract expected) =>
        Evidence.Store([expected, actual], (store, ids) => $"planforensics diff {ids[0]} {ids[1]} --store {store}");
}
