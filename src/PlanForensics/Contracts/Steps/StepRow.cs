using PlanForensics.Plans;

namespace PlanForensics.Contracts.Steps;

/// <summary>
/// One step of one request on one rank, as a source streams it: the fast half of s_t as values, the slow half as a <see cref="Profile"/> that steps share. Fields
/// mean what those of equal name mean in <see cref="StepState"/>, <see cref="CollectiveState"/> and <see cref="StepObservation"/>; null is "not recorded".
/// </summary>
public readonly record struct StepRow
{
    /// <summary>Ordinal of the model run for its request.</summary>
    public required int StepIndex { get; init; }

    /// <summary>The rank.</summary>
    public required int Rank { get; init; }

    /// <summary>
    /// The slow half: a state whose fast fields are blank (what is left is the precision path, the library's choice, the kernel variant, versions, device, isolation, the plan,
    /// the model part of the shape, the kind of collective). Within one stream, equal profiles are one instance.
    /// </summary>
    public required StepState Profile { get; init; }

    /// <summary>What the step did.</summary>
    public required ExecutionPhase Phase { get; init; }

    /// <summary>Tokens of the request that entered the model.</summary>
    public required int QueryLength { get; init; }

    /// <summary>Context length.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Fingerprint of the batch.</summary>
    public string? BatchFingerprint { get; init; }

    /// <summary>Requests in the batch.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Rows after padding.</summary>
    public int? PaddedBatch { get; init; }

    /// <summary>Tokens of the whole batch.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>When the step began (UTC).</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>Time in admission control, in milliseconds.</summary>
    public double? AdmissionTimeMs { get; init; }

    /// <summary>Time in the queue, in milliseconds.</summary>
    public double? QueueTimeMs { get; init; }

    /// <summary>Time on the device, in milliseconds.</summary>
    public double? GpuTimeMs { get; init; }

    /// <summary>Free device memory, in MB.</summary>
    public double? VramFreeMb { get; init; }

    /// <summary>Free workspace, in bytes.</summary>
    public long? WorkspaceFreeBytes { get; init; }

    /// <summary>KV-cache regime in the engine's words.</summary>
    public string? KvRegime { get; init; }

    /// <summary>Size of the KV pool, in MB.</summary>
    public double? KvPoolMb { get; init; }

    /// <summary>Part of the pool in use, in MB.</summary>
    public double? KvPoolUsedMb { get; init; }

    /// <summary>Whether blocks or weights moved between device and host.</summary>
    public bool? PagingActive { get; init; }

    /// <summary>L2 hit rate, 0 to 1.</summary>
    public double? L2HitRate { get; init; }

    /// <summary>Fallbacks to another precision or kernel.</summary>
    public int? FallbackCount { get; init; }

    /// <summary>Dequantisations.</summary>
    public int? DequantizeCount { get; init; }

    /// <summary>Requantisations.</summary>
    public int? RequantizeCount { get; init; }

    /// <summary>Device memory pinned by replication, in MB.</summary>
    public double? ReplicationPinnedMb { get; init; }

    /// <summary>Device memory pinned by checkpoints, in MB.</summary>
    public double? CheckpointPinnedMb { get; init; }

    /// <summary>Time in collectives, in milliseconds.</summary>
    public double? CommTimeMs { get; init; }

    /// <summary>Arrival of the last rank minus arrival of the first, in milliseconds.</summary>
    public double? RankSkewMs { get; init; }

    /// <summary>Effective bandwidth, in 10^9 bytes per second.</summary>
    public double? EffectiveBandwidthGbPerS { get; init; }

    /// <summary>Retransmitted packets.</summary>
    public long? Retransmits { get; init; }

    /// <summary>The regime that the recording stack named for the step: the unknown field <c>regime</c> of the state, else of the step; null without one.</summary>
    public string? RecordedRegime { get; init; }

    /// <summary>The token chosen; told for requests with an <see cref="RequestRow.EqualClass"/> only, else null.</summary>
    public int? ChosenToken { get; init; }

    /// <summary>Keyed hash of the token, as text; told for requests with an <see cref="RequestRow.EqualClass"/> only, else null.</summary>
    public string? ChosenTokenHash { get; init; }

    /// <summary>SHA-256 of the logits; told for requests with an <see cref="RequestRow.EqualClass"/> only, else null.</summary>
    public string? LogitsSha256 { get; init; }
}
