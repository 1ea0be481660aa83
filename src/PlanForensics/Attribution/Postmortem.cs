using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>The whole path from two recordings of one request to the operator that made them differ.</summary>
/// <remarks>x first: when the effective requests differ, that is the verdict. Bitwise: identical on every machine.</remarks>
public static class Postmortem
{
    /// <summary>Explains the difference of two recordings.</summary>
    /// <param name="engine">The engine; give it a memo.</param>
    /// <param name="model">The model.</param>
    /// <param name="a">Side A, by custom the one that was as expected (batch 1).</param>
    /// <param name="b">Side B.</param>
    /// <param name="candidates">The plans that could have run, on either side.</param>
    /// <param name="options">Options of the attribution; null for the defaults.</param>
    /// <param name="progress">Told of every replay.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The result.</returns>
    public static PostmortemResult Run(
        IReplayEngine engine, ReplayModel model, ExecutionContract a, ExecutionContract b, IReadOnlyCollection<PlanSchedule> candidates, AttributionOptions? options = null,
        IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        TraceDiff diff = TraceDiff.Between(a, b);
        if (WithoutPlans(diff) is { } settled)
            return settled;
        AttributionVerdict sideA = PlanAttribution.Run(engine, model, a, candidates, options, progress, cancellation);
        AttributionVerdict sideB = PlanAttribution.Run(engine, model, b, candidates, options, progress, cancellation);
        PostmortemResult result = Result(PostmortemState.Unexplained, diff, $"side A: {sideA.Explanation}. Side B: {sideB.Explanation}") with { SideA = sideA, SideB = sideB };
        if (!IsUsable(sideA) || !IsUsable(sideB))
            return result;
        PlanSchedule planA = sideA.Found!.Class.Schedule;
        PlanSchedule planB = sideB.Found!.Class.Schedule;
        BisectionResult bisection = OperatorBisection.Run(engine, model, a, planA, b, planB, TargetOf(diff), progress, cancellation);
        result = result with { Bisection = bisection, State = PostmortemState.Attributed };
        if (bisection.State != BisectionState.Found || bisection.Groups.Count == 0)
            return result with { Explanation = $"{result.Explanation}. {bisection.Explanation}" };
        result = result with { State = PostmortemState.Explained, Explanation = FormattableString.Invariant(
            $"{What(diff)}; side A ran {Ran(sideA)}, side B {Ran(sideB)}; {bisection.Explanation}") };
        result = result with { Caveats = [.. result.Caveats, .. CaveatsOf(sideA, "A"), .. CaveatsOf(sideB, "B")] };
        return diff.FirstFlip is null ? result : WithPin(result, engine, model, (a, planA), (b, planB), cancellation);
    }

    private static PostmortemResult? WithoutPlans(TraceDiff diff)
    {
        if (diff.Request.Finding.IsDifferent)
        {
            RequestFieldComparison field = diff.Request.DecisiveDifferences.First();
            return Result(PostmortemState.RequestsDiffer, diff, $"the effective requests differ: {field}; no plan is to blame");
        }

        if (diff.Weights.IsDifferent)
            return Result(PostmortemState.WeightsDiffer, diff, "the two sides ran different weights; no plan is to blame");
        return diff.FirstDivergence is null && diff.FirstFlip is null
            ? Result(PostmortemState.NoDifference, diff, FormattableString.Invariant(
                $"no step is known to differ: {diff.BitwiseEqualCount} of {diff.Steps.Count} compared steps are bitwise equal, {diff.UndecidableCount} undecidable"))
            : null;
    }

    private static PostmortemResult WithPin(
        PostmortemResult result, IReplayEngine engine, ReplayModel model, (ExecutionContract Recorded, PlanSchedule Plan) a, (ExecutionContract Recorded, PlanSchedule Plan) b,
        CancellationToken cancellation)
    {
        try
        {
            return result with
            {
                Pin = PlanPin.Find(
                    engine, model, a.Recorded, a.Plan, b.Recorded, b.Plan, result.Bisection!.Operators, result.Bisection.StepIndex, cancellation),
            };
        }
        catch (Exception exception) when (exception is PlanNotSupportedException or ContractReplayException)
        {
            return result with { Caveats = [.. result.Caveats, $"no pin was tried: {exception.Message}"] };
        }
    }

    private static BisectionOptions TargetOf(TraceDiff diff) => diff.FirstFlip is { } flip
        ? new BisectionOptions { Target = BisectionTarget.Token, StepIndex = flip.StepIndexA }
        : new BisectionOptions { Target = BisectionTarget.Bits, StepIndex = diff.FirstDivergence!.StepIndexA };

    private static bool IsUsable(AttributionVerdict verdict) => verdict.State is AttributionState.Identified or AttributionState.Ambiguous;

    private static string Ran(AttributionVerdict verdict) => verdict.Matching.Count == 1
        ? verdict.Found!.Class.ToString()
        : FormattableString.Invariant($"one of {verdict.Matching.Count} classes whose bits are equal here ({AttributionText.Some(verdict.Matching.Select(index => verdict.Classes[index].Class.Name))})");

    private static IEnumerable<string> CaveatsOf(AttributionVerdict verdict, string side) => verdict.Matching.Count <= 1
        ? []
        : [$"side {side} is ambiguous: operators were substituted with the plan of {verdict.Found!.Class}; under another matching class another operator may be the one that flips"];

    private static string What(TraceDiff diff) => diff.FirstFlip?.ToString() ?? $"bits first differ at {diff.FirstDivergence}, and every margin absorbs it";

    private static PostmortemResult Result(PostmortemState state, TraceDiff diff, string explanation)
    {
        var caveats = new List<string>();
        if (diff.Request.Finding.IsUndecidable)
            caveats.Add($"the effective requests are not known to be equal: {diff.Request.Finding.Because}");
        if (diff.Weights.IsUndecidable)
            caveats.Add($"the weights are not known to be equal: {diff.Weights.Because}");
        if (diff.Request.ApproximationA is { } first)
            caveats.Add($"side A's request is an approximation: {first}");
        if (diff.Request.ApproximationB is { } second)
            caveats.Add($"side B's request is an approximation: {second}");
        return new PostmortemResult { State = state, Explanation = explanation, Caveats = caveats.ToValueList(), Diff = diff };
    }
}
