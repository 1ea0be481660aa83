using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Store;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>What the recorder costs: its writer against the barest loop that inserts the same rows, and a call on the serving thread.</summary>
internal static class RecorderRows
{
    private const int Requests = 8;
    private const int Steps = 8192;
    private const int Rounds = 5;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<PeerRow> Run()
    {
        string folder = Directory.CreateTempSubdirectory("planforensics-bench").FullName;
        try
        {
            yield return Inserts(folder);
            yield return Call(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PeerRow Inserts(string folder)
    {
        (List<double> ours, List<double> bare, List<double> processor) = ([], [], []);
        BareInserts? rows = null;
        int transaction = new RecorderOptions { WhenFull = QueueFullPolicy.Block }.BatchSteps;
        for (int round = 0; round < Rounds; round++)
        {
            string recorded = Path.Combine(folder, $"recorded-{round}.db");
            string looped = Path.Combine(folder, $"looped-{round}.db");
            (double seconds, double work) = Record(recorded);
            rows ??= new BareInserts(recorded);
            Prepare(recorded, looped);
            (double peerSeconds, double peerWork) = Measure(() => rows.Write(looped, transaction));
            // In the first round much is compiled.
            if (round > 0)
            {
                ours.Add(seconds);
                bare.Add(peerSeconds);
                processor.Add(peerWork / work);
            }

            if (rows.Count != Requests * Steps || BareInserts.CountEqual(recorded, looped) != rows.Count)
                throw new InvalidOperationException("the two ways wrote different rows");
        }

        (double recorder, double loop) = (Interleaved.Median(ours), Interleaved.Median(bare));
        return PeerRow.Speed(
            $"recorder, {Requests * Steps:N0} steps, end to end", 1, recorder, loop, "bare prepared INSERT of the same rows", 0.8, $"{Requests * Steps:N0} rows equal in every column",
            string.Create(CultureInfo.InvariantCulture, $"{Requests * Steps / recorder:N0} steps a second against {Requests * Steps / loop:N0}; by processor time, both of its threads, {Interleaved.Median(processor):F2}; transactions of {transaction:N0}"));
    }

    private static (double Seconds, double Processor) Measure(Action action)
    {
        GC.Collect();
        using Process self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        long begin = Stopwatch.GetTimestamp();
        action();
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        self.Refresh();
        return (seconds, (self.TotalProcessorTime - before).TotalSeconds);
    }

    /// <summary>From the first step until all are committed.</summary>
    private static (double Seconds, double Processor) Record(string path)
    {
        using Recorder recorder = Recorder.Start(path, new RecorderOptions { WhenFull = QueueFullPolicy.Block });
        RequestRecording[] recordings = [.. Enumerable.Range(0, Requests).Select(request => recorder.Begin($"r{request}", new ModelIdentity { Name = "bench" }, EffectiveRequest.FromTokenIds([1, 2, request])))];
        StepState baseline = Baseline();
        recorder.Flush();
        return Measure(() =>
        {
            for (int step = 0; step < Steps; step++)
                for (int request = 0; request < Requests; request++)
                    recordings[request].Step(baseline, Sample(step, request));
            recorder.Flush();
        });
    }

    /// <summary>A store with the requests and profiles of another, without steps.</summary>
    private static void Prepare(string from, string to)
    {
        ContractStore.Open(to).Dispose();
        using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            ATTACH $from AS source;
            INSERT INTO models (model_id, identity) SELECT model_id, identity FROM source.models;
            INSERT INTO profiles SELECT * FROM source.profiles;
            INSERT INTO requests SELECT * FROM source.requests;
            """;
        command.Parameters.AddWithValue("$from", from);
        command.ExecuteNonQuery();
    }

    private static PeerRow Call(string folder)
    {
        const int calls = 8000;
        List<double> seconds = [];
        List<double> bytes = [];
        for (int round = 0; round < 7; round++)
        {
            using Recorder recorder = Recorder.Start(Path.Combine(folder, $"call-{round}.db"), new RecorderOptions { WhenFull = QueueFullPolicy.Block });
            RequestRecording recording = recorder.Begin("r", new ModelIdentity { Name = "bench" }, EffectiveRequest.FromTokenIds([1]));
            StepState baseline = Baseline();
            for (int step = 0; step < 1000; step++)
                recording.Step(baseline, Sample(step, 0));
            recorder.Flush();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long begin = Stopwatch.GetTimestamp();
            for (int step = 1000; step < 1000 + calls; step++)
                recording.Step(baseline, Sample(step, 0));
            seconds.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds / calls);
            bytes.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        (double median, double allocated) = (Interleaved.Median(seconds), Interleaved.Median(bytes));
        return new PeerRow(
            "recorder, a step on the serving thread", 1, median * 1e6, 1, "1 microsecond and 0 bytes", "us", median * 1e6, "times", "<= 1", median <= 1e-6 && allocated == 0, "-",
            $"{allocated:N0} bytes allocated by {calls:N0} calls (median of 7 rounds; most {bytes.Max():N0}, when the writer's thread had to be woken)");
    }

    private static StepState Baseline() => new()
    {
        StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1, Heads = 32, Hidden = 4096 }, KernelVariant = "nvjet_64x64", AlgorithmId = "21", KvRegime = "paged",
        KvPoolMb = 8192,
    };

    private static StepSample Sample(int step, int request) => new()
    {
        StepIndex = step, Phase = ExecutionPhase.Decode, QueryLength = 1, KeyLength = step + 1, BatchFingerprint = "8:decode", BatchSize = Requests, BatchTokens = Requests, BatchIndex = request, FirstRow = request,
        StartedAt = Start.AddTicks(step * 70_003L), QueueTimeMs = 0.25, GpuTimeMs = 6.5 + (step % 17 / 16.0), VramFreeMb = 4000 + (step % 64), ChosenToken = (step * 31 + request) % 32000,
    };
}
