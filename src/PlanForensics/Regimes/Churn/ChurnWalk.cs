namespace PlanForensics.Regimes.Churn;

/// <summary>Walks a timeline and counts, window by window.</summary>
internal sealed class ChurnWalk
{
    private static readonly int RegimeCount = Enum.GetValues<Regime>().Length;

    private readonly RegimeHistory _history;
    private readonly StepTimeline _timeline;
    private readonly ChurnOptions _options;
    private readonly PlanIdentities _identities;
    private readonly ChurnNames _names;
    private readonly int[] _shapes;
    private readonly ExpectedPlans _expected;
    private readonly QueueTimes _queueTimes;
    private readonly ChurnCounter?[] _totals = new ChurnCounter?[RegimeCount];
    private readonly ReplicaChurn[] _replicas;
    private readonly List<(int Replica, ChurnWindow Window)> _windows = [];

    public ChurnWalk(RegimeHistory history, ChurnOptions options)
    {
        (_history, _timeline, _options) = (history, history.Timeline, options);
        _identities = new PlanIdentities(_timeline);
        _names = new ChurnNames(_timeline, _identities);
        _shapes = new int[_timeline.Steps.Count];
        for (int position = 0; position < _shapes.Length; position++)
            _shapes[position] = _names.NumberOf(_timeline.Steps[position]);
        _expected = new ExpectedPlans(options.Expected, history, _identities, _names, _shapes);
        _queueTimes = new QueueTimes(_timeline);
        _replicas = new ReplicaChurn[_timeline.Replicas.Count];
        for (int replica = 0; replica < _replicas.Length; replica++)
            _replicas[replica] = new ReplicaChurn(RegimeCount);
        Ranks = new RankCheck(_timeline, _identities);
    }

    public RankCheck Ranks { get; }

    public IReadOnlyList<ChurnGroup> Groups =>
        [.. _totals.Select((counter, regime) => counter?.ToGroup((Regime)regime, _names)).OfType<ChurnGroup>()];

    /// <summary>The windows by replica, then step.</summary>
    public IReadOnlyList<ChurnWindow> Windows =>
        [.. _windows.OrderBy(entry => entry.Window.Replica, StringComparer.Ordinal).ThenBy(entry => entry.Window.FirstIndex).Select(entry => entry.Window)];

    public void Run(CancellationToken cancellation)
    {
        for (int start = 0, end; start < _shapes.Length; start = end)
        {
            if ((start & 0xFFFF) == 0)
                cancellation.ThrowIfCancellationRequested();
            end = start + 1;
            while (end < _shapes.Length && !HistoryWalk.StartsIteration(_timeline, end))
                end++;
            Count(start, end);
            if (end - start > 1)
                Ranks.Check(start, end);
        }

        for (int replica = 0; replica < _replicas.Length; replica++)
            Close(replica);
    }

    private void Count(int start, int end)
    {
        ref readonly StepData first = ref _timeline.DataOf(start);
        ReplicaChurn replica = _replicas[first.Replica];
        if (first.Index / _options.WindowSteps != replica.Window)
        {
            Close(first.Replica);
            replica.Open(first.Index / _options.WindowSteps, first.Index);
        }

        replica.LastIndex = first.Index;
        if (first.StartedTicks >= 0)
            replica.StartedTicks = Math.Min(replica.StartedTicks, first.StartedTicks);
        Regime regime = _history.RegimeAt(start);
        ChurnCounter counter = replica.Counters[(int)regime] ??= new ChurnCounter();
        counter.AddIteration(_queueTimes.Of(start, end));
        for (int position = start; position < end; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            int identity = _identities.Of(data.ProfileSet);
            int shape = _shapes[position];
            counter.AddStep(data, identity, shape);
            bool isRecorded = _identities[identity].IsRecorded;
            counter.AddConformance(isRecorded ? _expected.Conforms(shape, identity, out int expected) : Nothing(out expected), shape, expected, identity, position);
            if (replica.Last.TryGetValue(data.Rank, out (int Identity, int Shape) last) && isRecorded && _identities[last.Identity].IsRecorded)
                counter.AddComparison(last.Identity != identity, last.Shape == shape);
            replica.Last[data.Rank] = (identity, shape);
        }
    }

    private static bool? Nothing(out int expected)
    {
        expected = 0;
        return null;
    }

    private void Close(int number)
    {
        ReplicaChurn replica = _replicas[number];
        if (replica.Window < 0)
            return;
        List<ChurnGroup> groups = [];
        for (int regime = 0; regime < RegimeCount; regime++)
        {
            if (replica.Counters[regime] is not { } counter)
                continue;
            // The window's percentiles reorder its values: the totals take them before or after alike.
            (_totals[regime] ??= new ChurnCounter()).Add(counter);
            groups.Add(counter.ToGroup((Regime)regime, _names));
        }

        DateTimeOffset? started = replica.StartedTicks == long.MaxValue ? null : new DateTimeOffset(replica.StartedTicks, TimeSpan.Zero);
        _windows.Add((number, new ChurnWindow(_timeline.Replicas[number], replica.FirstIndex, replica.LastIndex, started, groups)));
        replica.Open(-1, 0);
    }
}
