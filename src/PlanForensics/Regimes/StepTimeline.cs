using System.Collections;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;
using PlanForensics.Plans;

namespace PlanForensics.Regimes;

/// <summary>
/// The engine steps of a recording in order. Requests that ran in one batch each recorded the step; here it counts once. A million rows take about 250 MB.
/// </summary>
/// <remarks>
/// <para>Rows are one engine step when replica, batch fingerprint and start time are equal and, within one request, it is the same occurrence of the three (so that fingerprints that
/// repeat from step to step, and coarse or missing clocks, do not join what ran apart). Ranks of one step are joined by request and step index. A row without a batch fingerprint
/// is a step of its own (<see cref="UnjoinedRows"/>).</para>
/// <para>Steps are ordered by start time (of the first rank and request to record one), ranks of one iteration by number. Each request's own order of steps always holds;
/// without times, it and the batches that requests shared give the order, and of what they leave open the request recorded earlier comes first.</para>
/// </remarks>
public sealed class StepTimeline
{
    private readonly ChunkedList<StepData> _steps;
    private readonly ChunkedList<MemberData> _rows;
    private readonly int[] _stepAt;
    private readonly int[] _rowStarts;
    private readonly int[] _rowsByStep;
    private readonly int[] _replicaPlaces;
    private readonly ProfileSets _profiles;
    private readonly TextTable _texts;
    private StepLane[]? _lanes;

    private StepTimeline(TimelineBuilder builder)
    {
        (_steps, _rows, _profiles, _texts) = (builder.Steps, builder.Members, builder.Profiles, builder.Texts);
        (Requests, Replicas, Outcomes) = (builder.Requests, builder.Replicas, builder.Outcomes);
        (UnjoinedRows, DisagreeingSteps) = (builder.UnjoinedCount, builder.Disagreeing.Count);
        int[] requestPlaces = Places(Requests.Count, (a, b) => string.CompareOrdinal(Requests[a].RequestId, Requests[b].RequestId));
        _replicaPlaces = Places(Replicas.Count, (a, b) => string.CompareOrdinal(Replicas[a], Replicas[b]));
        IterationOrder order = IterationOrder.Of(builder, requestPlaces);
        Contradictions = order.Contradictions;
        _stepAt = Arrange(order);
        (_rowStarts, _rowsByStep) = GroupRows(requestPlaces);
        Steps = new StepList(this);
    }

    /// <summary>All steps, in order.</summary>
    public IReadOnlyList<EngineStep> Steps { get; }

    /// <summary>The steps by replica and rank, in order of replica (one without a name first), then rank.</summary>
    public IReadOnlyList<StepLane> Lanes => _lanes ??= MakeLanes();

    /// <summary>Rows read: steps of single requests on single ranks.</summary>
    public int RowCount => _rows.Count;

    /// <summary>The requests, in the source's order.</summary>
    public IReadOnlyList<RequestRow> Requests { get; }

    /// <summary>Rows without a batch fingerprint: each is taken for a step of its own.</summary>
    public int UnjoinedRows { get; }

    /// <summary>Steps of which requests recorded different engine-wide values (free memory, times, ...).</summary>
    public int DisagreeingSteps { get; }

    /// <summary>How often recorded times or batches contradict the order of a request's own steps, which is kept.</summary>
    public int Contradictions { get; }

    internal IReadOnlyList<string?> Replicas { get; }

    internal IReadOnlyList<OutcomeData> Outcomes { get; }

    internal int ProfileSetCount => _profiles.Count;

    /// <summary>Reads a timeline from a store or another source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellation">Cancels reading.</param>
    /// <returns>The timeline.</returns>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public static StepTimeline Read(IStepSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        TimelineBuilder builder = new();
        source.ReadSteps(builder, cancellation);
        return new StepTimeline(builder);
    }

    /// <summary>Makes a timeline of contracts.</summary>
    /// <param name="contracts">The contracts; request ids differ.</param>
    /// <returns>The timeline.</returns>
    public static StepTimeline Of(params IReadOnlyList<ExecutionContract> contracts) => Read(new ContractStepSource(contracts));

    internal ref readonly StepData DataOf(int position) => ref _steps[_stepAt[position]];

    internal string? TextOf(int id) => _texts.TextOf(id);

    internal IReadOnlyList<StepState> ProfilesOf(int set) => _profiles.Profiles(set);

    /// <summary>Rows of a step, by request id.</summary>
    internal ReadOnlySpan<int> RowsOf(int position) => _rowsByStep.AsSpan(_rowStarts[position], _rowStarts[position + 1] - _rowStarts[position]);

    internal ref readonly MemberData RowAt(int row) => ref _rows[row];

    internal int MemberCountOf(int position) => _rowStarts[position + 1] - _rowStarts[position];

    internal EngineStepMember[] MembersOf(int position)
    {
        ReadOnlySpan<int> rows = RowsOf(position);
        EngineStepMember[] members = new EngineStepMember[rows.Length];
        for (int index = 0; index < members.Length; index++)
        {
            ref readonly MemberData row = ref _rows[rows[index]];
            members[index] = new EngineStepMember(
                Requests[row.Request].RequestId, row.StepIndex, row.Phase, row.QueryLength, row.KeyLength, StepData.OrNull(row.AdmissionTimeMs), StepData.OrNull(row.QueueTimeMs),
                _texts.TextOf(row.RecordedRegime));
        }

        return members;
    }

    internal int? TokensOf(int position)
    {
        ref readonly StepData data = ref DataOf(position);
        if (data.BatchTokens >= 0)
            return data.BatchTokens;
        int members = MemberCountOf(position);
        if (!data.HasPrefill && data.BatchSize >= 0)
            return checked(data.BatchSize * data.QueryLength);
        if (data.BatchSize != members)
            return null;
        int sum = 0;
        foreach (int row in RowsOf(position))
            sum = checked(sum + _rows[row].QueryLength);
        return sum;
    }

    internal StepState StateOf(EngineStep step)
    {
        ref readonly MemberData first = ref _rows[RowsOf(step.Position)[0]];
        StepState profile = step.Profiles[0];
        bool hasCollective = profile.Collective is not null || step.CommTimeMs is not null || step.RankSkewMs is not null || step.EffectiveBandwidthGbPerS is not null || step.Retransmits is not null;
        return profile with
        {
            StepIndex = first.StepIndex,
            Rank = step.Rank,
            Phase = first.Phase,
            Shape = profile.Shape with { QueryLength = first.QueryLength, KeyLength = first.KeyLength },
            BatchFingerprint = step.BatchFingerprint,
            BatchSize = step.BatchSize,
            PaddedBatch = step.PaddedBatch,
            BatchTokens = step.BatchTokens,
            StartedAt = step.StartedAt,
            AdmissionTimeMs = StepData.OrNull(first.AdmissionTimeMs),
            QueueTimeMs = StepData.OrNull(first.QueueTimeMs),
            GpuTimeMs = step.GpuTimeMs,
            VramFreeMb = step.VramFreeMb,
            WorkspaceFreeBytes = step.WorkspaceFreeBytes,
            KvRegime = step.KvRegime,
            KvPoolMb = step.KvPoolMb,
            KvPoolUsedMb = step.KvPoolUsedMb,
            PagingActive = step.PagingActive,
            L2HitRate = step.L2HitRate,
            FallbackCount = step.FallbackCount,
            DequantizeCount = step.DequantizeCount,
            RequantizeCount = step.RequantizeCount,
            ReplicationPinnedMb = step.ReplicationPinnedMb,
            CheckpointPinnedMb = step.CheckpointPinnedMb,
            Collective = !hasCollective ? null : (profile.Collective ?? new CollectiveState()) with
            {
                CommTimeMs = step.CommTimeMs,
                RankSkewMs = step.RankSkewMs,
                EffectiveBandwidthGbPerS = step.EffectiveBandwidthGbPerS,
                Retransmits = step.Retransmits,
            },
        };
    }

    private static int[] Places(int count, Comparison<int> compare)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        order.AsSpan().Sort(compare);
        int[] places = new int[count];
        for (int place = 0; place < count; place++)
            places[order[place]] = place;
        return places;
    }

    /// <summary>Places steps by iteration, then rank, and numbers the iterations of each replica.</summary>
    private int[] Arrange(IterationOrder order)
    {
        int[] starts = new int[order.Order.Length + 1];
        int[] placeOf = new int[order.Order.Length];
        for (int place = 0; place < placeOf.Length; place++)
            placeOf[order.Order[place]] = place;
        for (int step = 0; step < _steps.Count; step++)
            starts[placeOf[_steps[step].Iteration] + 1]++;
        for (int place = 0; place < placeOf.Length; place++)
            starts[place + 1] += starts[place];
        int[] stepAt = new int[_steps.Count];
        int[] fill = [.. starts];
        for (int step = 0; step < _steps.Count; step++)
            stepAt[fill[placeOf[_steps[step].Iteration]]++] = step;
        int[] next = new int[Replicas.Count];
        for (int place = 0; place < placeOf.Length; place++)
        {
            Span<int> ranks = stepAt.AsSpan(starts[place], starts[place + 1] - starts[place]);
            if (ranks.Length > 1)
                ranks.Sort((a, b) => _steps[a].Rank.CompareTo(_steps[b].Rank));
            int index = next[_steps[ranks[0]].Replica]++;
            foreach (int step in ranks)
                _steps[step].Index = index;
        }

        return stepAt;
    }

    private (int[] Starts, int[] Rows) GroupRows(int[] requestPlaces)
    {
        int[] positions = new int[_steps.Count];
        for (int position = 0; position < _stepAt.Length; position++)
            positions[_stepAt[position]] = position;
        int[] starts = new int[_steps.Count + 1];
        for (int row = 0; row < _rows.Count; row++)
        {
            // From here on rows name the step's position.
            ref MemberData member = ref _rows[row];
            member.Step = positions[member.Step];
            starts[member.Step + 1]++;
        }

        for (int position = 0; position < _steps.Count; position++)
            starts[position + 1] += starts[position];
        int[] fill = [.. starts];
        int[] rows = new int[_rows.Count];
        for (int row = 0; row < _rows.Count; row++)
            rows[fill[_rows[row].Step]++] = row;
        for (int position = 0; position < _steps.Count; position++)
        {
            Span<int> members = rows.AsSpan(starts[position], starts[position + 1] - starts[position]);
            if (members.Length > 1)
                members.Sort((a, b) => requestPlaces[_rows[a].Request].CompareTo(requestPlaces[_rows[b].Request]));
        }

        return (starts, rows);
    }

    private StepLane[] MakeLanes()
    {
        SortedDictionary<(int Replica, int Rank), (int Replica, List<int> Positions)> lanes = [];
        for (int position = 0; position < _stepAt.Length; position++)
        {
            ref readonly StepData data = ref DataOf(position);
            (int, int) key = (_replicaPlaces[data.Replica], data.Rank);
            if (!lanes.TryGetValue(key, out (int Replica, List<int> Positions) lane))
                lanes.Add(key, lane = (data.Replica, []));
            lane.Positions.Add(position);
        }

        return [.. lanes.Select(lane => new StepLane(this, lane.Value.Replica, lane.Key.Rank, [.. lane.Value.Positions]))];
    }

    private sealed class StepList(StepTimeline timeline) : IReadOnlyList<EngineStep>
    {
        public int Count => timeline._stepAt.Length;

        public EngineStep this[int index] => (uint)index < (uint)Count
            ? new(timeline, index)
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"the timeline has {Count} steps");

        public IEnumerator<EngineStep> GetEnumerator()
        {
            for (int position = 0; position < Count; position++)
                yield return new EngineStep(timeline, position);
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
