using System.Diagnostics;
using PlanForensics.Benchmarks.Peers;
using PlanForensics.Contracts;
using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;
using PlanForensics.Store;

namespace PlanForensics.Benchmarks.Scaling;

/// <summary>What a store takes as it grows: writing, opening, listing, one request, churn by regime. The file's pages are in memory.</summary>
internal static class StoreScaling
{
    public static IEnumerable<ScalingRow> Run()
    {
        foreach (int steps in (int[])[1_000, 10_000, 100_000, 1_000_000])
        {
            string folder = Directory.CreateTempSubdirectory("planforensics-bench").FullName;
            try
            {
                yield return Measure(steps, Path.Combine(folder, "store.db"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static ScalingRow Measure(int steps, string path)
    {
        ExecutionContract[] contracts = [.. Enumerable.Range(0, steps / StoreSample.Steps).Select(StoreSample.Contract)];
        long begin = Stopwatch.GetTimestamp();
        using (ContractStore store = ContractStore.Open(path))
            foreach (ExecutionContract contract in contracts)
                store.Write(contract);
        double write = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double open = Interleaved.Medians(0.3, () => ContractStore.Open(path, ContractStoreMode.ReadOnly).Dispose())[0];
        using ContractStore reading = ContractStore.Open(path, ContractStoreMode.ReadOnly);
        string middle = contracts[contracts.Length / 2].RequestId;
        double[] times = Interleaved.Medians(
            1, () => reading.List(), () => reading.Get(middle), () => PlanChurn.Measure(new RegimeClassifier(new RegimeThresholds()).Classify(StepTimeline.Read(reading))));
        if (reading.List().Sum(request => request.StepCount) != steps || !reading.Get(middle).Equals(contracts[contracts.Length / 2]))
            throw new InvalidOperationException("the store does not give back what was written");
        return new ScalingRow("A store of contracts of 200 steps, one transaction each", FormattableString.Invariant($"{steps:N0} steps"), 1,
        [
            new("write ms", write * 1e3),
            new("open ms", open * 1e3),
            new("list ms", times[0] * 1e3),
            new("one request ms", times[1] * 1e3),
            new("churn ms", times[2] * 1e3),
            new("file, MiB", new FileInfo(path).Length / 1048576.0),
        ]);
    }
}
