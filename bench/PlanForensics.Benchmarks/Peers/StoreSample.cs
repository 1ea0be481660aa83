using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Contracts of a store as an engine fills it: requests of 200 steps, eight to a batch, with the engine's columns of a step filled.</summary>
internal static class StoreSample
{
    /// <summary>Steps of a request.</summary>
    public const int Steps = 200;

    private const int Batch = 8;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ExecutionContract Contract(int request)
    {
        int group = request / Batch;
        var profile = new StepState
        {
            StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1 }, Device = "NVIDIA H100", SmCount = 132, PrecisionPath = "bf16*bf16+fp32->bf16",
        };
        return new ExecutionContract
        {
            SchemaVersion = ExecutionContract.CurrentSchemaVersion,
            RequestId = $"request-{request:D5}",
            RecordedAt = Start.AddSeconds(group),
            Replica = "bench",
            Model = new ModelIdentity { Name = "bench" },
            Request = EffectiveRequest.FromTokenIds([1, 2, 3, request], new DecodeConfiguration { Method = "greedy", Temperature = 0 }),
            Steps = Enumerable.Range(0, Steps).Select(step => Step(profile, group, request, step)).ToValueList(),
        };
    }

    private static ContractStep Step(StepState profile, int group, int request, int step) => new()
    {
        State = profile with
        {
            StepIndex = (group * Steps) + step,
            Phase = step == 0 ? ExecutionPhase.Prefill : ExecutionPhase.Decode,
            Shape = new StepShape { QueryLength = step == 0 ? 4 : 1, KeyLength = 4 + step },
            BatchFingerprint = $"{group}-{step}",
            BatchSize = Batch,
            BatchTokens = step == 0 ? 4 * Batch : Batch,
            BatchIndex = request % Batch,
            StartedAt = Start.AddMilliseconds((group * 2000.0) + (step * 10)),
            QueueTimeMs = step * 37 % 90,
            GpuTimeMs = 7 + (((request * 31) + step) % 17 / 16.0),
            VramFreeMb = 500 + ((group * 13 + step) % 4000),
            KvPoolMb = 8192,
            PagingActive = false,
            AlgorithmId = step % 50 < 40 ? "21" : "66",
            KernelVariant = step % 50 < 40 ? "nvjet_64x64" : "nvjet_splitk4",
        },
        Observation = new StepObservation { ChosenToken = (request + step) % 32000 },
    };
}
