namespace PlanForensics.Regimes;

/// <summary>What the regime of a step is decided from; flags.</summary>
[Flags]
public enum RegimeInput
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>isolation_mode</c>.</summary>
    IsolationMode = 1,

    /// <summary><c>vram_free_mb</c>.</summary>
    VramFreeMb = 2,

    /// <summary><c>replication_pinned_mb</c>.</summary>
    ReplicationPinnedMb = 4,

    /// <summary><c>checkpoint_pinned_mb</c>.</summary>
    CheckpointPinnedMb = 8,

    /// <summary><c>kv_pool_mb</c>.</summary>
    KvPoolMb = 16,

    /// <summary><c>paging_active</c>.</summary>
    PagingActive = 32,

    /// <summary><c>queue_time_ms</c>, from which its 95th percentile is taken.</summary>
    QueueTimeMs = 64,

    /// <summary>Inputs of features that a stack may lack: isolation, pins, paging.</summary>
    Features = IsolationMode | ReplicationPinnedMb | CheckpointPinnedMb | PagingActive,
}
