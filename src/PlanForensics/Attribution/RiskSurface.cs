using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Attribution;

/// <summary>The stability budgets of a set of requests, the most endangered first.</summary>
/// <param name="Budgets">Sorted by <see cref="StabilityBudget.LeastRatio"/>, then request id.</param>
public sealed record RiskSurface(ValueList<StabilityBudget> Budgets)
{
    /// <summary>Requests of which some candidate flips a token.</summary>
    public IEnumerable<StabilityBudget> Flipping => Budgets.Where(budget => budget.FirstFlipStep is not null);

    /// <summary>Measures recorded requests.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="recorded">The recordings.</param>
    /// <param name="candidates">The plans that could run.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every finished request.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The surface.</returns>
    /// <exception cref="ContractReplayException">A recording cannot be replayed.</exception>
    public static RiskSurface Measure(
        IReplayEngine engine, ReplayModel model, IReadOnlyCollection<ExecutionContract> recorded, IReadOnlyCollection<PlanSchedule> candidates,
        StabilityOptions? options = null, IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var budgets = new List<StabilityBudget>();
        foreach (ExecutionContract contract in recorded)
        {
            budgets.Add(StabilityBudget.Measure(engine, model, contract, candidates, options, null, cancellation));
            progress?.Report(new AttributionProgress("risk", budgets.Count, recorded.Count));
        }

        return new RiskSurface(budgets.OrderBy(budget => budget.LeastRatio).ThenBy(budget => budget.RequestId, StringComparer.Ordinal).ToValueList());
    }

    /// <summary>Measures prompts that were not recorded: each is first run greedily under a base plan.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Token ids of each prompt, by request id.</param>
    /// <param name="basePlan">The plan whose margins are taken.</param>
    /// <param name="steps">Steps of each prompt, the prefill included.</param>
    /// <param name="candidates">The plans that could run.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Told of every finished request.</param>
    /// <param name="cancellation">Cancels between operators.</param>
    /// <returns>The surface.</returns>
    /// <exception cref="PlanNotSupportedException">The base plan is refused.</exception>
    public static RiskSurface MeasurePrompts(
        IReplayEngine engine, ReplayModel model, IReadOnlyDictionary<string, int[]> prompts, PlanSchedule basePlan, int steps, IReadOnlyCollection<PlanSchedule> candidates,
        StabilityOptions? options = null, IProgress<AttributionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ExecutionContract[] recorded = [.. prompts.Select(prompt =>
            GreedyRecording.Run(engine, model, prompt.Key, prompt.Value, basePlan, steps, cancellation: cancellation))];
        return Measure(engine, model, recorded, candidates, options, progress, cancellation);
    }
}
