namespace PlanForensics.Regimes;

/// <summary>The steps of one rank of one replica, in order: what a regime, a switch of plan or a chain of causes runs along.</summary>
public sealed class StepLane
{
    private readonly StepTimeline _timeline;
    private readonly int[] _positions;

    internal StepLane(StepTimeline timeline, int replica, int rank, int[] positions)
    {
        (_timeline, _positions) = (timeline, positions);
        (Replica, Rank) = (timeline.Replicas[replica], rank);
        Steps = new LaneSteps(timeline, positions);
    }

    /// <summary>The replica; null when not recorded.</summary>
    public string? Replica { get; }

    /// <summary>The rank.</summary>
    public int Rank { get; }

    /// <summary>The steps, in order. <see cref="EngineStep.Index"/> ascends along them; it skips iterations that this rank did not record.</summary>
    public IReadOnlyList<EngineStep> Steps { get; }

    /// <summary>Places of the steps in <see cref="StepTimeline.Steps"/>, ascending.</summary>
    internal ReadOnlySpan<int> Positions => _positions;

    /// <summary>Names the lane.</summary>
    /// <returns>For example <c>replica a, rank 0</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{(Replica is { } name ? $"replica {name}, " : "")}rank {Rank}");

    private sealed class LaneSteps(StepTimeline timeline, int[] positions) : IReadOnlyList<EngineStep>
    {
        public int Count => positions.Length;

        public EngineStep this[int index] => new(timeline, positions[index]);

        public IEnumerator<EngineStep> GetEnumerator()
        {
            foreach (int position in positions)
                yield return new EngineStep(timeline, position);
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
