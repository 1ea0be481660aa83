using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>
/// What changes from step to step, as a value: recording one allocates nothing on the serving thread. Everything else comes from a baseline
/// state that steps share. A field that is null keeps the baseline's value. Fields mean what they mean in <see cref="StepState"/>,
/// <see cref="CollectiveState"/> and <see cref="StepObservation"/>.
/// </summary>
public readonly record struct StepSample
{
    /// <summary>Ordinal of the model run, from 0.</summary>
    public required int StepIndex { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>What the step does for this request.</summary>
    public required ExecutionPhase Phase { get; init; }

    /// <summary>Tokens of this request that enter the model. 1 or more.</summary>
    public required int QueryLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Context length. 1 or more.</summary>
    public required int KeyLength { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Fingerprint of the batch.</summary>
    public string? BatchFingerprint { get; init; }

    /// <summary>Requests in the batch.</summary>
    public int? BatchSize { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Rows after padding.</summary>
    public int? PaddedBatch { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Tokens of the whole batch.</summary>
    public int? BatchTokens { get; init => field = ContractCheck.Positive(value); }

    /// <summary>Place of this request in the batch, from 0.</summary>
    public int? BatchIndex { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Row of the batch at which this request's tokens start, from 0.</summary>
    public int? FirstRow { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>When the step began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Time in the queue, in milliseconds.</summary>
    public double? QueueTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Time on the device, in milliseconds.</summary>
    public double? GpuTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Free device memory, in MB (1,048,576 bytes).</summary>
    public double? VramFreeMb { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Free workspace, in bytes.</summary>
    public long? WorkspaceFreeBytes { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>L2 hit rate, 0 to 1.</summary>
    public double? L2HitRate { get; init => field = ContractCheck.Ratio(value); }

    /// <summary>Time in collectives, in milliseconds.</summary>
    public double? CommTimeMs { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>The token chosen.</summary>
    public int? ChosenToken { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Format of the two logits; null when they are not recorded.</summary>
    public NumericFormat? LogitsFormat
    {
        get;
        init => field = value is null or NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16
            ? value
            : throw new ArgumentOutOfRangeException(nameof(LogitsFormat), value, "a logit is recorded as fp32, bf16 or fp16");
    }

    /// <summary>Token of the largest logit.</summary>
    public int Top1Token { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Bits of the largest logit, in <see cref="LogitsFormat"/>.</summary>
    public uint Top1Bits { get; init; }

    /// <summary>Token of the second largest logit.</summary>
    public int Top2Token { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Bits of the second largest logit, in <see cref="LogitsFormat"/>.</summary>
    public uint Top2Bits { get; init; }

    internal bool IsValid => KeyLength > 0
        && (LogitsFormat is null or NumericFormat.Fp32 || (Top1Bits <= 0xFFFF && Top2Bits <= 0xFFFF));

    internal StepState ToState(StepState baseline) => baseline with
    {
        StepIndex = StepIndex,
        Phase = Phase,
        Shape = baseline.Shape with { QueryLength = QueryLength, KeyLength = KeyLength },
        BatchFingerprint = BatchFingerprint ?? baseline.BatchFingerprint,
        BatchSize = BatchSize ?? baseline.BatchSize,
        PaddedBatch = PaddedBatch ?? baseline.PaddedBatch,
        BatchTokens = BatchTokens ?? baseline.BatchTokens,
        BatchIndex = BatchIndex ?? baseline.BatchIndex,
        FirstRow = FirstRow ?? baseline.FirstRow,
        StartedAt = StartedAt ?? baseline.StartedAt,
        QueueTimeMs = QueueTimeMs ?? baseline.QueueTimeMs,
        GpuTimeMs = GpuTimeMs ?? baseline.GpuTimeMs,
        VramFreeMb = VramFreeMb ?? baseline.VramFreeMb,
        WorkspaceFreeBytes = WorkspaceFreeBytes ?? baseline.WorkspaceFreeBytes,
        L2HitRate = L2HitRate ?? baseline.L2HitRate,
        Collective = CommTimeMs is null ? baseline.Collective : (baseline.Collective ?? new CollectiveState()) with { CommTimeMs = CommTimeMs },
    };

    internal StepObservation ToObservation() => new()
    {
        ChosenToken = ChosenToken,
        Top1 = LogitsFormat is { } first ? RecordedLogit.FromBits(Top1Token, first, Top1Bits) : null,
        Top2 = LogitsFormat is { } second ? RecordedLogit.FromBits(Top2Token, second, Top2Bits) : null,
        LogitsFormat = LogitsFormat,
    };
}
