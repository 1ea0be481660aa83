using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Regimes.Cost;

/// <summary>What a step costs, <c>t = compute + comm + sync</c>, fitted to the recorded steps of a timeline and set against each of them.</summary>
/// <remarks>docs/cost-model.md has each term with formula, unit and source. Nothing is assumed of the hardware: every coefficient comes from the records, with its standard error. <i>No bitwise guarantee</i>.</remarks>
public sealed class CostModel
{
    /// <summary>Name of the term that is always there.</summary>
    public const string Constant = "constant";

    /// <summary>Name of the quantity "tokens that enter the model".</summary>
    public const string Tokens = "tokens";

    /// <summary>Name of the quantity "tokens of all contexts".</summary>
    public const string ContextTokens = "context_tokens";

    /// <summary>Name of the quantity "pairs of a token and a key it attends to".</summary>
    public const string AttendedPairs = "attended_pairs";

    private readonly StepTimeline _timeline;
    private readonly CostOptions _options;
    private readonly RankTimes _times;

    private CostModel(StepTimeline timeline, CostOptions options)
    {
        (_timeline, _options) = (timeline, options);
        _times = new RankTimes(timeline, options.GpuTimeIncludesWaiting);
        Comms = FitComms();
        Computes = FitComputes();
        double[] waits = [.. _times.Waits.Order()];
        SyncMs = waits.Length > 0 ? NearestRank.Of(waits, 50) : null;
    }

    /// <summary>Whether recorded device times contain waiting: as an option said or, by default, whichever makes the ranks of an iteration take equally long.</summary>
    public bool GpuTimeIncludesWaiting => _times.GpuTimeIncludesWaiting;

    /// <summary>Transfer over bytes, one fit for each kind of collective and number of ranks.</summary>
    public IReadOnlyList<CommFit> Comms { get; }

    /// <summary>Own work over what a step has to do, one fit for each phase.</summary>
    public IReadOnlyList<ComputeFit> Computes { get; }

    /// <summary>Predicted waiting of a rank: the median (nearest rank) of what was recorded, in milliseconds; null where none was.</summary>
    public double? SyncMs { get; }

    /// <summary>Fits a model.</summary>
    /// <param name="timeline">The recorded steps.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The model.</returns>
    public static CostModel Fit(StepTimeline timeline, CostOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        return new CostModel(timeline, options ?? new CostOptions());
    }

    /// <summary>Every step, recorded against predicted, in order.</summary>
    /// <returns>The steps' costs.</returns>
    public IEnumerable<StepCost> Steps() => _timeline.Steps.Select(CostOf);

    /// <summary>One step, recorded against predicted.</summary>
    /// <param name="step">A step of the timeline.</param>
    /// <returns>Its cost.</returns>
    public StepCost CostOf(EngineStep step)
    {
        StepTime recorded = _times.Of(step);
        double? bytes = MessageBytesOf(step);
        bool isAlone = step.Profiles[0].Shape.TensorParallel == 1;
        StepQuantities? quantities = StepQuantities.Of(step);
        StepTime predicted = new(
            quantities is { } work ? Computes.FirstOrDefault(fit => fit.Phase == step.Phase)?.Fit.Predict((Constant, 1), (Tokens, work.Tokens), (ContextTokens, work.ContextTokens), (AttendedPairs, work.AttendedPairs)) : null,
            isAlone && step.CommTimeMs is null ? 0 : bytes is { } size ? FitOf(step)?.Fit.Predict((Constant, 1), (CommFit.Bytes, size)) : null,
            isAlone && step.CommTimeMs is null ? 0 : SyncMs);
        return new StepCost(step, recorded, predicted, KeyValueCache.BytesOf(step, _options.CacheBytesPerElement, _options.Layers), bytes, Missing(step, recorded, predicted, quantities is null, bytes is null));
    }

    /// <summary>Bytes that the collectives of a step reduced: as recorded, else the recorded bandwidth times the recorded time.</summary>
    private static double? MessageBytesOf(EngineStep step) =>
        step.Profiles[0].Collective?.MessageBytes is { } recorded ? recorded : step.EffectiveBandwidthGbPerS * step.CommTimeMs * 1e6;

    private CommFit? FitOf(EngineStep step) => Comms.FirstOrDefault(fit => (fit.Type, fit.Ranks) == KindOf(step));

    private static (string? Type, int? Ranks) KindOf(EngineStep step) => (step.Profiles[0].Collective?.Type, step.Profiles[0].Shape.TensorParallel);

    private CommFit[] FitComms() =>
    [
        .. _timeline.Steps.Where(step => _times.Of(step).CommMs is not null && MessageBytesOf(step) is not null && step.CommTimeMs is not null)
            .GroupBy(KindOf).OrderBy(group => group.Key.Type, StringComparer.Ordinal).ThenBy(group => group.Key.Ranks)
            .Select(group => new CommFit(group.Key.Type, group.Key.Ranks, LinearFit.Of(
                [Constant, CommFit.Bytes], [[.. group.Select(_ => 1.0)], [.. group.Select(step => MessageBytesOf(step)!.Value)]], [.. group.Select(step => _times.Of(step).CommMs!.Value)])!)),
    ];

    private ComputeFit[] FitComputes()
    {
        List<ComputeFit> fits = [];
        foreach (IGrouping<ExecutionPhase, (EngineStep Step, double Own, StepQuantities Work)> group in _timeline.Steps
            .Select(step => (Step: step, Own: _times.Of(step).ComputeMs, Work: StepQuantities.Of(step)))
            .Where(entry => entry.Own is not null && entry.Work is not null)
            .Select(entry => (entry.Step, entry.Own!.Value, entry.Work!.Value))
            .GroupBy(entry => entry.Step.Phase).OrderBy(group => group.Key))
        {
            bool decodes = group.Key == ExecutionPhase.Decode;
            LinearFit fit = LinearFit.Of(
                [Constant, Tokens, decodes ? ContextTokens : AttendedPairs],
                [[.. group.Select(_ => 1.0)], [.. group.Select(entry => entry.Work.Tokens)], [.. group.Select(entry => decodes ? entry.Work.ContextTokens : entry.Work.AttendedPairs)]],
                [.. group.Select(entry => entry.Own)])!;
            fits.Add(new ComputeFit(group.Key, fit));
        }

        return [.. fits];
    }

    private static ValueList<string> Missing(EngineStep step, StepTime recorded, StepTime predicted, bool lacksMembers, bool lacksBytes)
    {
        List<string> names = [];
        if (step.GpuTimeMs is null)
            names.Add("gpu_time_ms");
        if (recorded.CommMs is null)
            names.Add("comm_time_ms");
        else if (recorded.SyncMs is null)
            names.Add("rank_skew_ms");
        if (lacksMembers)
            names.Add(step.BatchSize is null ? "batch_size" : "every request of the batch");
        if (predicted.CommMs is null && lacksBytes)
            names.Add("message_bytes");
        return names.ToValueList();
    }
}
