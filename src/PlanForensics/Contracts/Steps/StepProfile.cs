using PlanForensics.Plans;

namespace PlanForensics.Contracts.Steps;

/// <summary>The slow half of a state: what steps share.</summary>
internal static class StepProfile
{
    /// <summary>The state with its fast fields blank; equal for steps whose slow halves are equal.</summary>
    public static StepState Of(StepState state) => state with
    {
        UnknownFields = null,
        StepIndex = 0,
        Rank = 0,
        Phase = ExecutionPhase.Prefill,
        Shape = state.Shape is { QueryLength: 1, KeyLength: 1 } ? state.Shape : state.Shape with { QueryLength = 1, KeyLength = 1 },
        BatchFingerprint = null,
        BatchSize = null,
        PaddedBatch = null,
        BatchTokens = null,
        BatchIndex = null,
        FirstRow = null,
        AdmittedAt = null,
        StartedAt = null,
        AdmissionTimeMs = null,
        QueueTimeMs = null,
        GpuTimeMs = null,
        VramFreeMb = null,
        WorkspaceFreeBytes = null,
        KvRegime = null,
        KvPoolMb = null,
        KvPoolUsedMb = null,
        PagingActive = null,
        L2HitRate = null,
        FallbackCount = null,
        DequantizeCount = null,
        RequantizeCount = null,
        ReplicationPinnedMb = null,
        CheckpointPinnedMb = null,
        Collective = state.Collective is { } collective
            ? collective with { CommTimeMs = null, RankSkewMs = null, EffectiveBandwidthGbPerS = null, Retransmits = null }
            : null,
    };
}
