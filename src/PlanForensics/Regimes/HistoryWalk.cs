namespace PlanForensics.Regimes;

/// <summary>Walks a timeline iteration by iteration, classifies, and notes transitions.</summary>
internal sealed class HistoryWalk
{
    private readonly StepTimeline _timeline;
    private readonly RegimeClassifier _classifier;
    private readonly ProfileFacts[] _facts;
    private readonly ReplicaWalk[] _replicas;
    private readonly FabricWalk _fabricWalk;
    private readonly QueueTimes _queueTimes;

    public HistoryWalk(StepTimeline timeline, RegimeClassifier classifier)
    {
        (_timeline, _classifier) = (timeline, classifier);
        int count = timeline.Steps.Count;
        (Verdicts, Fabric, QueueP95) = (new RegimeVerdict[count], new FabricRegime[count], new double[count]);
        _facts = new ProfileFacts[timeline.ProfileSetCount];
        for (int set = 0; set < _facts.Length; set++)
            _facts[set] = ProfileFacts.Of(timeline.ProfilesOf(set), classifier);
        _replicas = new ReplicaWalk[timeline.Replicas.Count];
        for (int replica = 0; replica < _replicas.Length; replica++)
            _replicas[replica] = new ReplicaWalk(classifier.Thresholds);
        _fabricWalk = new FabricWalk(timeline, classifier, _facts);
        _queueTimes = new QueueTimes(timeline);
    }

    public RegimeVerdict[] Verdicts { get; }

    public FabricRegime[] Fabric { get; }

    public double[] QueueP95 { get; }

    public List<RegimeTransition> Transitions { get; } = [];

    public List<FabricTransition> FabricTransitions { get; } = [];

    /// <summary>Whether a step is the first rank of its iteration.</summary>
    public static bool StartsIteration(StepTimeline timeline, int position) =>
        position == 0 || timeline.DataOf(position).Iteration != timeline.DataOf(position - 1).Iteration;

    public void Run()
    {
        FindFeatures();
        for (int start = 0, end; start < Verdicts.Length; start = end)
        {
            end = start + 1;
            while (end < Verdicts.Length && !StartsIteration(_timeline, end))
                end++;
            ClassifyIteration(start, end);
        }
    }

    private void FindFeatures()
    {
        for (int position = 0; position < Verdicts.Length; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            ReplicaWalk replica = _replicas[data.Replica];
            replica.RecordedFeatures |= (_facts[data.ProfileSet].Isolation is null ? 0 : RegimeInput.IsolationMode)
                | (double.IsNaN(data.ReplicationPinnedMb) ? 0 : RegimeInput.ReplicationPinnedMb) | (double.IsNaN(data.CheckpointPinnedMb) ? 0 : RegimeInput.CheckpointPinnedMb)
                | (data.Paging < 0 ? 0 : RegimeInput.PagingActive);
        }
    }

    private void ClassifyIteration(int start, int end)
    {
        int replicaId = _timeline.DataOf(start).Replica;
        ReplicaWalk replica = _replicas[replicaId];
        replica.BeginIteration();
        (string? isolation, int paging) = (null, -1);
        for (int position = start; position < end; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            string? mode = _facts[data.ProfileSet].Isolation;
            if (mode is not null && (isolation is null || _classifier.IsStrict(mode)))
                isolation = mode;
            paging = Math.Max(paging, data.Paging);
        }

        replica.Queue.NextStep();
        foreach (double time in _queueTimes.Of(start, end))
            replica.Queue.Add(time);
        double? queue = replica.Queue.Percentile(95);
        for (int position = start; position < end; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            RegimeInputs inputs = new()
            {
                IsolationMode = isolation,
                VramFreeMb = StepData.OrNull(data.VramFreeMb),
                ReplicationPinnedMb = StepData.OrNull(data.ReplicationPinnedMb),
                CheckpointPinnedMb = StepData.OrNull(data.CheckpointPinnedMb),
                KvPoolMb = StepData.OrNull(data.KvPoolMb),
                PagingActive = paging < 0 ? null : paging != 0,
                QueueP95Ms = queue,
            };
            replica.Add(data.Rank, inputs, _classifier.Classify(inputs, RegimeInput.Features & ~replica.RecordedFeatures));
        }

        RegimeVerdict verdict = replica.Conclude();
        FabricRegime fabric = _fabricWalk.Classify(start, end, out RegimeCrossing? fabricCrossing, out FabricRegime fabricBefore);
        for (int position = start; position < end; position++)
            (Verdicts[position], Fabric[position], QueueP95[position]) = (verdict, fabric, queue ?? double.NaN);
        if (replica.FindCrossing(_classifier.Thresholds) is { } crossing)
            Transitions.Add(new RegimeTransition(_timeline.Steps[start], replica.Before.Regime, verdict.Regime, crossing));
        if (fabricCrossing is not null)
            FabricTransitions.Add(new FabricTransition(_timeline.Steps[start], fabricBefore, fabric, fabricCrossing));
    }
}
