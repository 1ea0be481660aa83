using System.Diagnostics;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using PlanForensics.Store;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>A store with a million steps: 5,000 requests of 200 steps, eight to a batch. The times are of a store that was just written, so that its pages are in memory.</summary>
internal static class StoreRows
{
    private const int Requests = 5000;
    private const int Steps = 200;
    private const int Batch = 8;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<PeerRow> Run()
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-bench").FullName;
        try
        {
            string path = Path.Combine(folder, "million.db");
            long begin = Stopwatch.GetTimestamp();
            using (ContractStore store = ContractStore.Open(path))
                for (int request = 0; request < Requests; request++)
                    store.Write(Contract(request));
            string written = $"written in {Stopwatch.GetElapsedTime(begin).TotalSeconds:F1} s, {new FileInfo(path).Length >> 20} MiB";
            foreach (PeerRow row in Read(path, written))
                yield return row;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<PeerRow> Read(string path, string written)
    {
        ExecutionContract found = null!;
        int listed = 0;
        double open = Interleaved.Medians(0.5, () => ContractStore.Open(path, ContractStoreMode.ReadOnly).Dispose())[0];
        yield return PeerRow.Times("store of 1,000,000 steps: open", 1, open, 0.050, "50 ms", 1, "-", written);
        using ContractStore store = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        double[] times = Interleaved.Medians(1, () => listed = store.List().Count, () => found = store.Get("request-02500"));
        if (listed != Requests || found.Steps.Count != Steps || found.Steps[7].State.GpuTimeMs != Contract(2500).Steps[7].State.GpuTimeMs)
            throw new InvalidOperationException("the store does not give back what was written");
        yield return PeerRow.Times("store of 1,000,000 steps: list", 1, times[0], 0.100, "100 ms", 1, $"{listed:N0} requests");
        yield return PeerRow.Times("store of 1,000,000 steps: one request", 1, times[1], 0.020, "20 ms", 1, $"{found.Steps.Count} steps as written");
        ChurnReport churn = null!;
        double measured = Interleaved.Medians(3, () => churn = PlanChurn.Measure(new RegimeClassifier(new RegimeThresholds()).Classify(StepTimeline.Read(store))))[0];
        yield return PeerRow.Times("store of 1,000,000 steps: churn by regime", 1, measured, 1.5, "1.5 s", 1, $"{churn.Regimes.Count} regimes");
    }

    private static ExecutionContract Contract(int request)
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
