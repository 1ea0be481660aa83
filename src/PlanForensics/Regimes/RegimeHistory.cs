namespace PlanForensics.Regimes;

/// <summary>The regimes of all steps of a timeline, and every transition. All ranks of an iteration share its regime: the first in precedence that any rank's memory gives.</summary>
public sealed class RegimeHistory
{
    private readonly RegimeVerdict[] _verdicts;
    private readonly FabricRegime[] _fabric;
    private readonly double[] _queue;

    internal RegimeHistory(StepTimeline timeline, RegimeClassifier classifier)
    {
        (Timeline, Classifier) = (timeline, classifier);
        HistoryWalk walk = new(timeline, classifier);
        walk.Run();
        (_verdicts, _fabric, _queue) = (walk.Verdicts, walk.Fabric, walk.QueueP95);
        (Transitions, FabricTransitions) = (walk.Transitions, walk.FabricTransitions);
        LabelFindings = LabelCheck.Run(timeline, _verdicts);
    }

    /// <summary>The timeline.</summary>
    public StepTimeline Timeline { get; }

    /// <summary>The classifier, with its limits.</summary>
    public RegimeClassifier Classifier { get; }

    /// <summary>Changes of regime, in order of steps.</summary>
    public IReadOnlyList<RegimeTransition> Transitions { get; }

    /// <summary>Changes of fabric regime, in order of steps.</summary>
    public IReadOnlyList<FabricTransition> FabricTransitions { get; }

    /// <summary>Recorded regimes that the inputs contradict, by label and regime; a step whose regime is unknown contradicts nothing unless its possible regimes leave the label out.</summary>
    public IReadOnlyList<RegimeLabelFinding> LabelFindings { get; }

    /// <summary>The regime of a step.</summary>
    /// <param name="step">A step of the timeline.</param>
    /// <returns>Its regime.</returns>
    public Regime RegimeOf(EngineStep step) => _verdicts[step.Position].Regime;

    /// <summary>The regime of a step, with what is missing or was assumed.</summary>
    /// <param name="step">A step of the timeline.</param>
    /// <returns>The verdict.</returns>
    public RegimeVerdict VerdictOf(EngineStep step) => _verdicts[step.Position];

    /// <summary>The fabric regime of a step.</summary>
    /// <param name="step">A step of the timeline.</param>
    /// <returns>Its fabric regime.</returns>
    public FabricRegime FabricOf(EngineStep step) => _fabric[step.Position];

    /// <summary>The 95th percentile of queue times that the step was classified by.</summary>
    /// <param name="step">A step of the timeline.</param>
    /// <returns>Milliseconds; null when no queue time was recorded in the window.</returns>
    public double? QueueP95Of(EngineStep step) => StepData.OrNull(_queue[step.Position]);

    /// <summary>Steps in each regime, iterations counted once for all ranks.</summary>
    /// <returns>Regimes that occur, in order of precedence, with their numbers of iterations.</returns>
    public IReadOnlyDictionary<Regime, int> CountIterations()
    {
        SortedDictionary<Regime, int> counts = [];
        for (int position = 0; position < _verdicts.Length; position++)
            if (HistoryWalk.StartsIteration(Timeline, position))
                counts[_verdicts[position].Regime] = counts.GetValueOrDefault(_verdicts[position].Regime) + 1;
        return counts;
    }

    /// <summary>Steps in each fabric regime, iterations counted once for all ranks.</summary>
    /// <returns>Regimes that occur, worst first, with their numbers of iterations.</returns>
    public IReadOnlyDictionary<FabricRegime, int> CountFabricIterations()
    {
        SortedDictionary<FabricRegime, int> counts = [];
        for (int position = 0; position < _fabric.Length; position++)
            if (HistoryWalk.StartsIteration(Timeline, position))
                counts[_fabric[position]] = counts.GetValueOrDefault(_fabric[position]) + 1;
        return counts;
    }

    internal Regime RegimeAt(int position) => _verdicts[position].Regime;

    internal FabricRegime FabricAt(int position) => _fabric[position];
}
