using PlanForensics.Plans;

namespace PlanForensics.Contracts;

/// <summary>
/// The execution state of one step of one request, s_t: everything outside x that may decide bits, and what led to it. A field that was
/// not recorded is null. One megabyte (MB) is 1,048,576 bytes; times are milliseconds (ms).
/// </summary>
public sealed partial record StepState : ExtensibleRecord
{
    /// <summary>Ordinal of the model run for this request, from 0 (the prefill, or its first chunk). 0 or more.</summary>
    public required int StepIndex { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>The rank that recorded this state; 0 where there is one.</summary>
    public int Rank { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>What the step does for this request.</summary>
    public required ExecutionPhase Phase { get; init; }

    /// <summary>Query length, context length, heads, hidden size and tensor-parallel ranks.</summary>
    public required StepShape Shape { get; init => field = ContractCheck.Present(value); }

    /// <summary>Fingerprint of the batch: equal for all requests of one engine step, whoever computes it; null when not recorded.</summary>
    public string? BatchFingerprint { get; init; }

    /// <summary>Requests in the batch, this one included. 1 or more.</summary>
    public int? BatchSize { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Rows that the kernels really ran: the batch after padding to a graph or shape bucket. 1 or more.</summary>
    public int? PaddedBatch { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Tokens of all requests of the batch that enter the model in this step: M of the projections, before padding.</summary>
    public int? BatchTokens { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Requests of the batch before this one: its row where the batch has one row a request; null when not recorded, and then read as 0. 0 or more.</summary>
    public int? BatchIndex { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Row of the step's matrices at which this request's tokens begin; null when not recorded, and then read as 0. 0 or more.</summary>
    public int? FirstRow { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>When the scheduler admitted the request to this step (UTC).</summary>
    public DateTimeOffset? AdmittedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>When the step began on the device or, without one, on the worker thread (UTC).</summary>
    public DateTimeOffset? StartedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>Time in admission control before this step.</summary>
    public double? AdmissionTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Time in the queue before this step.</summary>
    public double? QueueTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Time of the step on the device.</summary>
    public double? GpuTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Free device memory.</summary>
    public double? VramFreeMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Free bytes of the workspace that libraries may use.</summary>
    public long? WorkspaceFreeBytes { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>KV-cache regime in the engine's words (<c>paged</c>, <c>contiguous</c>, <c>swapping</c>, <c>recompute</c>, ...).</summary>
    public string? KvRegime { get; init; }

    /// <summary>Size of the KV pool.</summary>
    public double? KvPoolMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Part of the KV pool in use.</summary>
    public double? KvPoolUsedMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Whether KV blocks or weights moved between device and host during the step.</summary>
    public bool? PagingActive { get; init; }

    /// <summary>Cache pressure: L2 hit rate, 0 to 1.</summary>
    public double? L2HitRate { get; init => field = ContractCheck.Ratio(value); }

    /// <summary>Times the step fell back to another precision or kernel.</summary>
    public int? FallbackCount { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Dequantisations in the step.</summary>
    public int? DequantizeCount { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Requantisations in the step.</summary>
    public int? RequantizeCount { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Device memory pinned by replication.</summary>
    public double? ReplicationPinnedMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Device memory pinned by checkpoints.</summary>
    public double? CheckpointPinnedMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>The collectives of the step.</summary>
    public CollectiveState? Collective { get; init; }
}
