namespace PlanForensics.Regimes.Causes;

/// <summary>The iterations of one replica, each with the ranks that recorded it.</summary>
internal sealed class ReplicaTable
{
    private readonly StepTimeline _timeline;
    private readonly List<(int Start, int Count)> _iterations = [];

    private ReplicaTable(StepTimeline timeline, string? replica) => (_timeline, Replica) = (timeline, replica);

    public string? Replica { get; }

    public int Count => _iterations.Count;

    /// <summary>Ranks that recorded any iteration, ascending.</summary>
    public int[] Ranks { get; private set; } = [];

    public static IReadOnlyList<ReplicaTable> Of(StepTimeline timeline)
    {
        Dictionary<int, (ReplicaTable Table, SortedSet<int> Ranks)> tables = [];
        for (int start = 0, end; start < timeline.Steps.Count; start = end)
        {
            end = start + 1;
            while (end < timeline.Steps.Count && !HistoryWalk.StartsIteration(timeline, end))
                end++;
            int replica = timeline.DataOf(start).Replica;
            if (!tables.TryGetValue(replica, out (ReplicaTable Table, SortedSet<int> Ranks) entry))
                tables[replica] = entry = (new ReplicaTable(timeline, timeline.Replicas[replica]), []);
            entry.Table._iterations.Add((start, end - start));
            for (int position = start; position < end; position++)
                entry.Ranks.Add(timeline.DataOf(position).Rank);
        }

        foreach ((ReplicaTable table, SortedSet<int> ranks) in tables.Values)
            table.Ranks = [.. ranks];
        return [.. tables.Values.Select(entry => entry.Table).OrderBy(table => table.Replica, StringComparer.Ordinal)];
    }

    public int RankCountOf(int iteration) => _iterations[iteration].Count;

    public EngineStep First(int iteration) => _timeline.Steps[_iterations[iteration].Start];

    /// <summary>The steps of one iteration, ranks ascending.</summary>
    public IEnumerable<EngineStep> StepsOf(int iteration)
    {
        (int start, int count) = _iterations[iteration];
        for (int position = start; position < start + count; position++)
            yield return _timeline.Steps[position];
    }

    public EngineStep? Find(int iteration, int rank)
    {
        foreach (EngineStep step in StepsOf(iteration))
            if (step.Rank == rank)
                return step;
        return null;
    }

    /// <summary>The largest value of an iteration's ranks; NaN where none recorded one.</summary>
    public double Most(int iteration, Func<EngineStep, double?> value)
    {
        double most = double.NaN;
        foreach (EngineStep step in StepsOf(iteration))
            if (value(step) is { } one && !(one <= most))
                most = one;
        return most;
    }
}
