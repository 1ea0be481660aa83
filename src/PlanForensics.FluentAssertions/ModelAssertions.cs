using FluentAssertions;
using FluentAssertions.Primitives;
using PlanForensics.Attribution;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on a model.</summary>
public sealed class ModelAssertions : ReferenceTypeAssertions<ReplayModel?, ModelAssertions>
{
    internal ModelAssertions(ReplayModel? subject)
        : base(subject)
    {
    }

    /// <inheritdoc/>
    protected override string Identifier => "model";

    /// <summary>Asserts that greedy decoding of prompts chooses the same tokens under every plan of a family, for example <c>across: PlanCatalog.Gemms</c>.</summary>
    /// <typeparam name="TPlan">The operators' family: matrix products, attention, norms.</typeparam>
    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="across">Named plans, at least two. Each runs at every operator of its family; the other operators run the plain sequential plans of <see cref="PlanCatalog.Uniform"/>.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the risk surface: each step's margin and how much of it the plans use up.</returns>
    [CustomAssertion]
    public AndWhichConstraint<ModelAssertions, RiskSurface> BePlanStable<TPlan>(
        IEnumerable<int[]> prompts, IEnumerable<KeyValuePair<string, TPlan>> across, string because = "", params object[] becauseArgs)
        where TPlan : OperatorPlan => BePlanStable(prompts, across, new PlanStabilityOptions(), because, becauseArgs);

    /// <summary>Asserts that greedy decoding of prompts chooses the same tokens under every plan of a family.</summary>
    /// <typeparam name="TPlan">The operators' family: matrix products, attention, norms.</typeparam>
    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="across">Named plans, at least two. Each runs at every operator of its family; the other operators run the plain sequential plans of <see cref="PlanCatalog.Uniform"/>.</param>
    /// <param name="options">Steps, engine, formats.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the risk surface.</returns>
    /// <exception cref="ArgumentException">There are no prompts, or a family that no operator of a decoder runs.</exception>
    [CustomAssertion]
    public AndWhichConstraint<ModelAssertions, RiskSurface> BePlanStable<TPlan>(
        IEnumerable<int[]> prompts, IEnumerable<KeyValuePair<string, TPlan>> across, PlanStabilityOptions options, string because = "", params object[] becauseArgs)
        where TPlan : OperatorPlan
    {
        ArgumentNullException.ThrowIfNull(across);
        ArgumentNullException.ThrowIfNull(options);
        PlanSchedule[] schedules = Subject is null ? [] : [.. across
            .OrderBy(entry => entry.Value.Text.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal) // the plainest plan's margins are told
            .Select(entry => new PlanSchedule(entry.Key, FamilyPlan.Of(entry.Value, options.Activations ?? Subject.Source.Format, options.Logits)))];
        return BePlanStable(prompts, schedules, options, because, becauseArgs);
    }

    /// <summary>Asserts that greedy decoding of prompts chooses the same tokens under every one of some whole plans.</summary>
    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="across">The plans, at least two; the first is the one whose margins are told.</param>
    /// <param name="options">Steps and engine; null for the defaults.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>; <c>Which</c> is the risk surface.</returns>
    /// <exception cref="ArgumentException">There are no prompts.</exception>
    /// <exception cref="PlanNotSupportedException">The first plan is refused.</exception>
    [CustomAssertion]
    public AndWhichConstraint<ModelAssertions, RiskSurface> BePlanStable(
        IEnumerable<int[]> prompts, IEnumerable<PlanSchedule> across, PlanStabilityOptions? options = null, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(across);
        StabilityFinding? finding = Subject is null ? null : new StabilityFinding(Subject, [.. prompts], [.. across], options ?? new PlanStabilityOptions());
        Failures.Check(Subject, _ => finding!.Run(), Identifier, because, becauseArgs);
        return new AndWhichConstraint<ModelAssertions, RiskSurface>(this, finding?.Surface!);
    }
}
