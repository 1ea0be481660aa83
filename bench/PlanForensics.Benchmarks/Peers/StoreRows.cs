using System.Diagnostics;
using PlanForensics.Contracts;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using PlanForensics.Store;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>A store with a million steps: 5,000 requests of 200 steps, eight to a batch. The times are of a store that was just written, so that its pages are in memory.</summary>
internal static class StoreRows
{
    private const int Requests = 5000;

    public static IEnumerable<PeerRow> Run()
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-bench").FullName;
        try
        {
            string path = Path.Combine(folder, "million.db");
            long begin = Stopwatch.GetTimestamp();
            using (ContractStore store = ContractStore.Open(path))
                for (int request = 0; request < Requests; request++)
                    store.Write(StoreSample.Contract(request));
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
        if (listed != Requests || found.Steps.Count != StoreSample.Steps || found.Steps[7].State.GpuTimeMs != StoreSample.Contract(2500).Steps[7].State.GpuTimeMs)
            throw new InvalidOperationException("the store does not give back what was written");
        yield return PeerRow.Times("store of 1,000,000 steps: list", 1, times[0], 0.100, "100 ms", 1, $"{listed:N0} requests");
        yield return PeerRow.Times("store of 1,000,000 steps: one request", 1, times[1], 0.020, "20 ms", 1, $"{found.Steps.Count} steps as written");
        ChurnReport churn = null!;
        double measured = Interleaved.Medians(3, () => churn = PlanChurn.Measure(new RegimeClassifier(new RegimeThresholds()).Classify(StepTimeline.Read(store))))[0];
        yield return PeerRow.Times("store of 1,000,000 steps: churn by regime", 1, measured, 1.5, "1.5 s", 1, $"{churn.Regimes.Count} regimes");
    }
}
