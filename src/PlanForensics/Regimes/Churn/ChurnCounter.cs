using System.Runtime.InteropServices;

namespace PlanForensics.Regimes.Churn;

/// <summary>Counts the steps of one regime.</summary>
internal sealed class ChurnCounter
{
    private readonly Dictionary<int, int> _identities = [];
    private readonly Dictionary<int, int> _shapes = [];
    private readonly SortedDictionary<int, RankCounter> _ranks = [];
    private readonly Dictionary<(int Shape, int Expected, int Actual), (int Count, int First)> _deviations = [];
    private readonly List<double> _queue = [];
    private readonly List<double> _gpu = [];
    private readonly List<double> _comm = [];
    private (int Iterations, int Steps, int Compared, int Switches, int WithinShape) _counts;
    private (int Conforming, int Deviating, int Undecidable) _conformance;

    public bool IsEmpty => _counts.Steps == 0;

    public void AddIteration(ReadOnlySpan<double> queueTimes)
    {
        _counts.Iterations++;
        _queue.AddRange(queueTimes);
    }

    public void AddStep(in StepData data, int identity, int shape)
    {
        _counts.Steps++;
        CollectionsMarshal.GetValueRefOrAddDefault(_identities, identity, out _)++;
        CollectionsMarshal.GetValueRefOrAddDefault(_shapes, shape, out _)++;
        RankOf(data.Rank).Add(data);
        if (!double.IsNaN(data.GpuTimeMs))
            _gpu.Add(data.GpuTimeMs);
        if (!double.IsNaN(data.CommTimeMs))
            _comm.Add(data.CommTimeMs);
    }

    public void AddComparison(bool isSwitch, bool isSameShape)
    {
        _counts.Compared++;
        if (isSwitch)
            _counts.Switches++;
        if (isSwitch && isSameShape)
            _counts.WithinShape++;
    }

    public void AddConformance(bool? conforms, int shape, int expected, int actual, int position)
    {
        if (conforms is null)
        {
            _conformance.Undecidable++;
            return;
        }

        if (conforms.Value)
        {
            _conformance.Conforming++;
            return;
        }

        _conformance.Deviating++;
        ref (int Count, int First) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_deviations, (shape, expected, actual), out bool known);
        entry = known ? (entry.Count + 1, entry.First) : (1, position);
    }

    public void Add(ChurnCounter other)
    {
        foreach ((int identity, int count) in other._identities)
            CollectionsMarshal.GetValueRefOrAddDefault(_identities, identity, out _) += count;
        foreach ((int shape, int count) in other._shapes)
            CollectionsMarshal.GetValueRefOrAddDefault(_shapes, shape, out _) += count;
        foreach ((int rank, RankCounter counter) in other._ranks)
            RankOf(rank).Add(counter);
        foreach (((int, int, int) key, (int count, int first)) in other._deviations)
        {
            ref (int Count, int First) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_deviations, key, out bool known);
            entry = known ? (entry.Count + count, Math.Min(entry.First, first)) : (count, first);
        }

        _queue.AddRange(other._queue);
        _gpu.AddRange(other._gpu);
        _comm.AddRange(other._comm);
        _counts.Iterations += other._counts.Iterations;
        _counts.Steps += other._counts.Steps;
        _counts.Compared += other._counts.Compared;
        _counts.Switches += other._counts.Switches;
        _counts.WithinShape += other._counts.WithinShape;
        _conformance.Conforming += other._conformance.Conforming;
        _conformance.Deviating += other._conformance.Deviating;
        _conformance.Undecidable += other._conformance.Undecidable;
    }

    public ChurnGroup ToGroup(Regime regime, ChurnNames names)
    {
        RankCounter all = new();
        foreach (RankCounter rank in _ranks.Values)
            all.Add(rank);
        return new ChurnGroup
        {
            Regime = regime,
            Iterations = _counts.Iterations,
            Steps = _counts.Steps,
            Algorithms = names.Histogram(_identities, static identity => identity.AlgorithmId),
            KernelVariants = names.Histogram(_identities, static identity => identity.KernelVariant),
            PrecisionPaths = names.Histogram(_identities, static identity => identity.PrecisionPath),
            ShapeClasses = new Histogram(_shapes.Select(pair => KeyValuePair.Create(names.ShapeOf(pair.Key).ToString(), pair.Value)), 0),
            ComparedSteps = _counts.Compared,
            Switches = _counts.Switches,
            SwitchesWithinShape = _counts.WithinShape,
            Counts = all.ToCounts(null),
            Ranks = [.. _ranks.Select(pair => pair.Value.ToCounts(pair.Key))],
            QueueMs = Quantiles.Of(CollectionsMarshal.AsSpan(_queue)),
            GpuMs = Quantiles.Of(CollectionsMarshal.AsSpan(_gpu)),
            CommMs = Quantiles.Of(CollectionsMarshal.AsSpan(_comm)),
            Conformance = new PlanConformance(_conformance.Conforming, _conformance.Deviating, _conformance.Undecidable, names.Deviations(_deviations)),
        };
    }

    private RankCounter RankOf(int rank)
    {
        if (!_ranks.TryGetValue(rank, out RankCounter? counter))
            _ranks.Add(rank, counter = new RankCounter());
        return counter;
    }
}
