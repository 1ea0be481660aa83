namespace PlanForensics.Regimes;

/// <summary>
/// Orders engine iterations. What is certain is each request's own order of steps; times order the rest. Where times are missing, tie, or contradict a request's order, iterations are
/// taken as soon as all steps before them in their requests have been, the earliest first.
/// </summary>
internal sealed class IterationOrder
{
    private readonly int _count;
    private readonly long[] _ticks;
    private readonly long[] _ties;
    private readonly List<(int From, int To)> _edges = [];

    private IterationOrder(int count)
    {
        _count = count;
        _ticks = new long[count];
        _ties = new long[count];
        Array.Fill(_ticks, -1);
        Array.Fill(_ties, long.MaxValue);
    }

    /// <summary>How often recorded times or batches contradict the order of a request's steps.</summary>
    public int Contradictions { get; private set; }

    /// <summary>The iterations in order.</summary>
    public int[] Order { get; private set; } = [];

    /// <summary>Times by which they were ordered: recorded, or those of what came before.</summary>
    public long[] Ticks => _ticks;

    public static IterationOrder Of(TimelineBuilder builder, int[] requestPlaces)
    {
        IterationOrder order = new(builder.IterationCount);
        order.Read(builder, requestPlaces);
        if (!order.TrySort())
            order.Walk(builder);
        return order;
    }

    private void Read(TimelineBuilder builder, int[] requestPlaces)
    {
        for (int step = 0; step < builder.Steps.Count; step++)
        {
            ref readonly StepData data = ref builder.Steps[step];
            if (data.StartedTicks >= 0 && (_ticks[data.Iteration] < 0 || data.StartedTicks < _ticks[data.Iteration]))
                _ticks[data.Iteration] = data.StartedTicks;
        }

        (int request, int last) = (-1, -1);
        for (int row = 0; row < builder.Members.Count; row++)
        {
            ref readonly MemberData member = ref builder.Members[row];
            int iteration = builder.Steps[member.Step].Iteration;
            _ties[iteration] = Math.Min(_ties[iteration], ((long)requestPlaces[member.Request] << 32) | (uint)member.StepIndex);
            if (member.Request == request && iteration != last)
                _edges.Add((last, iteration));
            (request, last) = (member.Request, iteration);
        }
    }

    /// <summary>Sorts by time; false where that does not settle the order.</summary>
    private bool TrySort()
    {
        if (Array.IndexOf(_ticks, -1) >= 0)
            return false;
        int[] order = [.. Enumerable.Range(0, _count)];
        long[] keys = [.. _ticks];
        Array.Sort(keys, order);
        for (int start = 0, end; start < _count; start = end)
        {
            for (end = start + 1; end < _count && keys[end] == keys[start]; end++)
            {
            }

            if (end - start > 1)
                order.AsSpan(start, end - start).Sort((a, b) => _ties[a].CompareTo(_ties[b]));
        }

        int[] places = new int[_count];
        for (int place = 0; place < _count; place++)
            places[order[place]] = place;
        foreach ((int from, int to) in _edges)
            if (places[from] >= places[to])
                return false;
        Order = order;
        return true;
    }

    private void Walk(TimelineBuilder builder)
    {
        int[] starts = new int[_count + 1];
        int[] waiting = new int[_count];
        foreach ((int from, int to) in _edges)
        {
            starts[from + 1]++;
            waiting[to]++;
        }

        for (int index = 0; index < _count; index++)
            starts[index + 1] += starts[index];
        int[] next = new int[_edges.Count];
        int[] fill = [.. starts.AsSpan(0, _count)];
        foreach ((int from, int to) in _edges)
            next[fill[from]++] = to;

        long[] begins = Begins(builder);
        bool[] taken = new bool[_count];
        PriorityQueue<int, (long, long)> ready = new();
        PriorityQueue<int, (long, long)> left = new();
        for (int index = 0; index < _count; index++)
        {
            long begin = _ticks[index] >= 0 ? _ticks[index] : begins[index];
            if (waiting[index] == 0)
                ready.Enqueue(index, (begin, _ties[index]));
            else
                left.Enqueue(index, (begin, _ties[index]));
        }

        List<int> order = new(_count);
        while (order.Count < _count)
        {
            if (!ready.TryDequeue(out int taking, out _))
            {
                // Two requests shared two batches in opposite orders: no order satisfies both.
                do
                    taking = left.Dequeue();
                while (taken[taking]);
                Contradictions++;
            }

            if (taken[taking])
                continue;
            taken[taking] = true;
            order.Add(taking);
            if (_ticks[taking] < 0)
                _ticks[taking] = Math.Max(begins[taking], 0);
            for (int edge = starts[taking]; edge < starts[taking + 1]; edge++)
            {
                int to = next[edge];
                if (_ticks[to] >= 0 && _ticks[to] < _ticks[taking] && !taken[to])
                    Contradictions++;
                begins[to] = Math.Max(begins[to], _ticks[taking]);
                if (--waiting[to] == 0 && !taken[to])
                    ready.Enqueue(to, (_ticks[to] >= 0 ? _ticks[to] : begins[to], _ties[to]));
            }
        }

        Order = [.. order];
    }

    /// <summary>No iteration begins before its requests were admitted.</summary>
    private long[] Begins(TimelineBuilder builder)
    {
        long[] begins = new long[_count];
        for (int row = 0; row < builder.Members.Count; row++)
        {
            ref readonly MemberData member = ref builder.Members[row];
            ref long begin = ref begins[builder.Steps[member.Step].Iteration];
            begin = Math.Max(begin, builder.Requests[member.Request].RecordedAt.UtcTicks);
        }

        return begins;
    }
}
