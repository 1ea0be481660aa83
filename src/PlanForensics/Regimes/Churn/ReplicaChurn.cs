namespace PlanForensics.Regimes.Churn;

/// <summary>What the count of churn remembers of a replica.</summary>
internal sealed class ReplicaChurn(int regimes)
{
    /// <summary>Counters of the current window, by regime.</summary>
    public ChurnCounter?[] Counters { get; private set; } = new ChurnCounter?[regimes];

    /// <summary>Plan and shape of the last step on each rank.</summary>
    public Dictionary<int, (int Identity, int Shape)> Last { get; } = [];

    public int Window { get; private set; } = -1;

    public int FirstIndex { get; private set; }

    public int LastIndex { get; set; }

    public long StartedTicks { get; set; }

    public void Open(int window, int firstIndex)
    {
        (Window, FirstIndex, StartedTicks) = (window, firstIndex, long.MaxValue);
        Counters = new ChurnCounter?[Counters.Length];
    }
}
