namespace PlanForensics.Simulation.Batching;

/// <summary>What happens to a simulated engine from outside.</summary>
public enum DisturbanceKind
{
    /// <summary>Replication pins device memory (<c>replication=MB</c>).</summary>
    Replication,

    /// <summary>A checkpoint pins device memory (<c>checkpoint=MB</c>).</summary>
    Checkpoint,

    /// <summary>A step serves one isolation class only (<c>strict</c>).</summary>
    Strict,

    /// <summary>A rank computes slower (<c>slow_rank=RANK:FACTOR</c>).</summary>
    SlowRank,

    /// <summary>Collectives take longer and packets are sent again (<c>slow_fabric=FACTOR</c>).</summary>
    SlowFabric,
}
