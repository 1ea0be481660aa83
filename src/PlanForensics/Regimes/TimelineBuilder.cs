using PlanForensics.Contracts.Steps;

namespace PlanForensics.Regimes;

/// <summary>Gathers rows into engine steps: rows of one batch become one step.</summary>
internal sealed class TimelineBuilder : IStepSink
{
    private readonly Dictionary<StepKey, int> _iterations = [];
    private readonly Dictionary<(int Iteration, int Rank), int> _steps = [];
    private readonly Dictionary<(int Fingerprint, long Ticks), int> _seen = [];
    private readonly Dictionary<string, int> _replicas = new(StringComparer.Ordinal);
    private readonly List<int> _firstStepOfIteration = [];
    private int _replica;
    private int _request = -1;
    private bool _withOutcome;
    private int _lastStepIndex;
    private int _lastIteration;
    private long _latestTicks;

    public ChunkedList<StepData> Steps { get; } = new();

    public ChunkedList<MemberData> Members { get; } = new();

    public List<OutcomeData> Outcomes { get; } = [];

    public List<RequestRow> Requests { get; } = [];

    public List<string?> Replicas { get; } = [];

    public TextTable Texts { get; } = new();

    public ProfileSets Profiles { get; } = new();

    public int IterationCount => _firstStepOfIteration.Count;

    /// <summary>Rows that name no batch: each is a step of its own.</summary>
    public int UnjoinedCount { get; private set; }

    public HashSet<int> Disagreeing { get; } = [];

    public void Begin(RequestRow request)
    {
        _request++;
        Requests.Add(request);
        _withOutcome = request.EqualClass is not null;
        _replica = ReplicaOf(request.Replica);
        _seen.Clear();
        (_lastStepIndex, _latestTicks) = (-1, -1);
    }

    public void Step(in StepRow row)
    {
        long ticks = row.StartedAt?.Ticks ?? -1;
        int iteration = row.StepIndex == _lastStepIndex ? _lastIteration : IterationOf(Texts.IdOf(row.BatchFingerprint), ticks);
        (_lastStepIndex, _lastIteration) = (row.StepIndex, iteration);
        int step = StepOf(iteration, row.Rank, out bool isNew);
        ref StepData data = ref Steps[step];
        if (isNew)
            StepMerge.Begin(ref data, row, this);
        else if (!StepMerge.Add(ref data, row, this))
            Disagreeing.Add(step);
        int number = Members.Count;
        ref MemberData member = ref Members.Add();
        member = new MemberData
        {
            Step = step,
            Request = _request,
            StepIndex = row.StepIndex,
            QueryLength = row.QueryLength,
            KeyLength = row.KeyLength,
            Phase = row.Phase,
            RecordedRegime = Texts.IdOf(row.RecordedRegime ?? (RegimeNames.TryParse(row.KvRegime, out Regime _) ? row.KvRegime : null)),
            AdmissionTimeMs = row.AdmissionTimeMs ?? double.NaN,
            QueueTimeMs = row.QueueTimeMs ?? double.NaN,
        };
        if (_withOutcome)
            Outcomes.Add(new OutcomeData(number, row.ChosenToken ?? -1, row.ChosenTokenHash, row.LogitsSha256));
    }

    private int ReplicaOf(string? name)
    {
        string key = name is null ? "" : "=" + name;
        if (!_replicas.TryGetValue(key, out int id))
        {
            id = Replicas.Count;
            _replicas.Add(key, id);
            Replicas.Add(name);
        }

        return id;
    }

    private int IterationOf(int fingerprint, long ticks)
    {
        if (fingerprint < 0)
        {
            UnjoinedCount++;
            return NewIteration();
        }

        int occurrence = 0;
        if (ticks <= _latestTicks)
            _seen.TryGetValue((fingerprint, ticks), out occurrence);
        _seen[(fingerprint, ticks)] = occurrence + 1;
        _latestTicks = Math.Max(_latestTicks, ticks);
        StepKey key = new(_replica, fingerprint, ticks, occurrence);
        if (!_iterations.TryGetValue(key, out int iteration))
        {
            iteration = NewIteration();
            _iterations.Add(key, iteration);
        }

        return iteration;
    }

    private int NewIteration()
    {
        _firstStepOfIteration.Add(-1);
        return _firstStepOfIteration.Count - 1;
    }

    private int StepOf(int iteration, int rank, out bool isNew)
    {
        int first = _firstStepOfIteration[iteration];
        if (first >= 0 && Steps[first].Rank == rank)
        {
            isNew = false;
            return first;
        }

        if (first >= 0 && _steps.TryGetValue((iteration, rank), out int step))
        {
            isNew = false;
            return step;
        }

        isNew = true;
        step = Steps.Count;
        ref StepData data = ref Steps.Add();
        (data.Iteration, data.Replica, data.Rank) = (iteration, _replica, rank);
        if (first < 0)
            _firstStepOfIteration[iteration] = step;
        else
            _steps.Add((iteration, rank), step);
        return step;
    }
}
