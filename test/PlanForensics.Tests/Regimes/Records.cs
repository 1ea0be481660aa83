using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Regimes;

/// <summary>Recorded steps with everything that a regime is decided from, in the normal regime.</summary>
internal static class Records
{
    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static StepState Quiet(int step, int rank = 0) => new()
    {
        StepIndex = step,
        Rank = rank,
        Phase = ExecutionPhase.Decode,
        Shape = new StepShape { QueryLength = 1, KeyLength = 10 + step, TensorParallel = 2 },
        StartedAt = Start.AddMilliseconds(10 * step),
        QueueTimeMs = 1,
        GpuTimeMs = 8,
        VramFreeMb = 8192,
        KvPoolMb = 16384,
        PagingActive = false,
        IsolationMode = "none",
        ReplicationPinnedMb = 0,
        CheckpointPinnedMb = 0,
        AlgorithmId = "21",
        KernelVariant = "gemm_a",
        BatchFingerprint = $"b{step}",
        BatchSize = 1,
    };

    public static ExecutionContract Contract(string id, IEnumerable<StepState> states, string? replica = null, Func<StepState, StepObservation>? observe = null, int[]? tokens = null) => new()
    {
        SchemaVersion = 1,
        RequestId = id,
        RecordedAt = Start,
        Replica = replica,
        Model = new ModelIdentity { Name = "m" },
        Request = EffectiveRequest.FromTokenIds(tokens ?? [.. id.Select(letter => (int)letter)]),
        Steps = states.Select(state => new ContractStep { State = state, Observation = observe?.Invoke(state) ?? new StepObservation() }).ToValueList(),
    };
}
