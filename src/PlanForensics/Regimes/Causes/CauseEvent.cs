namespace PlanForensics.Regimes.Causes;

/// <summary>What a link of a chain says happened.</summary>
public enum CauseEvent
{
    /// <summary>A rank fell back, requantised more than it usually does, or ran another pathway than its peers (<c>rank_fallback</c>).</summary>
    RankFallback,

    /// <summary>A rank's own time rose above that of its group (<c>rank_slow</c>).</summary>
    RankSlow,

    /// <summary>A collective took longer than steps of its size usually do (<c>collective_inflated</c>).</summary>
    CollectiveInflated,

    /// <summary>A step took longer than steps of its size usually do (<c>step_slow</c>).</summary>
    StepSlow,

    /// <summary>A step took longer than the steps before it (<c>step_longer</c>).</summary>
    StepLonger,

    /// <summary>The batch shrank (<c>batch_dropped</c>).</summary>
    BatchDropped,

    /// <summary>The batch shrank or grew (<c>batch_changed</c>).</summary>
    BatchChanged,

    /// <summary>Phase or padded rows changed (<c>shape_class_changed</c>).</summary>
    ShapeClassChanged,

    /// <summary>Algorithm, configuration, kernel or plan changed (<c>tactic_changed</c>).</summary>
    TacticChanged,

    /// <summary>Replication or checkpoints pinned more memory (<c>pins_rose</c>).</summary>
    PinsRose,

    /// <summary>KV blocks were moved out or given up (<c>evicted</c>).</summary>
    Evicted,

    /// <summary>A request was prefilled again after it had decoded (<c>recomputed</c>).</summary>
    Recomputed,

    /// <summary>The L2 hit rate fell (<c>l2_hit_rate_fell</c>).</summary>
    L2HitRateFell,

    /// <summary>The isolation mode or batching across tenants changed (<c>posture_changed</c>).</summary>
    PostureChanged,

    /// <summary>The regime changed (<c>regime_crossed</c>).</summary>
    RegimeCrossed,
}
