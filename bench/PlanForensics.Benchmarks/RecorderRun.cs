using System.Diagnostics;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Store;
using ServingStack;
using ServingStack.Engine;

namespace PlanForensics.Benchmarks;

/// <summary>What recording costs the serving thread: a call alone, and decode steps of the serving sample with and without it, in turns, so that other load falls on both.</summary>
internal static class RecorderRun
{
    private const int Calls = 4000;
    private const int StepsOfBlock = 40;
    private const int Pairs = 41;
    private static readonly string[] Prompts = ["In the beginning", "And the king said", "Blessed are the", "Behold, I will", "And it came to pass", "Now the sons of", "Then the people", "And David went"];

    public static void Run(string modelFolder)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("planforensics-bench-");
        try
        {
            Console.WriteLine($"{"recording a step, on the serving thread",-64} {"best ns",9} {"median",9} {"bytes",8}");
            OneCall("state only", folder, null, keeps: false);
            foreach (int vocabulary in new[] { 2_048, 32_000, 128_256 })
                OneCall(string.Create(CultureInfo.InvariantCulture, $"state, top 5 and hash of {vocabulary:N0} bf16 logits, handed over"), folder, Logits(vocabulary), keeps: false);
            OneCall("the same of 2,048, observed by the caller", folder, Logits(2_048), keeps: true);
            Console.WriteLine();
            WholeSteps(modelFolder, folder);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void OneCall(string what, DirectoryInfo folder, float[]? logits, bool keeps)
    {
        var nanoseconds = new List<double>();
        long bytes = 0;
        for (int round = 0; round < 7; round++)
        {
            using Recorder recorder = Recorder.Start(Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.db"), new RecorderOptions { WhenFull = QueueFullPolicy.Block });
            RequestRecording recording = recorder.Begin("r", new ModelIdentity { Name = "m" }, EffectiveRequest.FromTokenIds([1]));
            StepState baseline = Baseline();
            Record(recording, baseline, logits, keeps, 0, 100);
            recorder.Flush();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            Record(recording, baseline, logits, keeps, 100, 100 + Calls);
            nanoseconds.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        }

        nanoseconds.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-62} {nanoseconds[0],9:N0} {nanoseconds[nanoseconds.Count / 2],9:N0} {bytes,8:N0}"));
    }

    private static void Record(RequestRecording recording, StepState baseline, float[]? logits, bool keeps, int from, int to)
    {
        for (int index = from; index < to; index++)
        {
            StepSample sample = Sample(index, 1, 0);
            if (logits is null)
                recording.Step(baseline, sample);
            else if (!keeps)
                recording.Step(baseline, sample, new StepLogits(logits, NumericFormat.Bf16, topK: 5));
            else
                recording.Step(
                    baseline with { StepIndex = index, StartedAt = sample.StartedAt }, StepObservation.FromLogits(TensorValue.FromRounded(NumericFormat.Bf16, logits, logits.Length), 5, topK: 5, keepLogits: false));
        }
    }

    private static void WholeSteps(string modelFolder, DirectoryInfo folder)
    {
        OpenBlas? library = OpenBlas.Find(1);
        EngineModel model = EngineModel.Load(new ServerOptions { Model = modelFolder, Managed = library is null });
        Console.WriteLine($"decode steps of kjv-1m (bf16), products by {(library is null ? model.Engine.Name : $"OpenBLAS, core {library.Core}")}; each request's step with top 5 and hash of 2,048 logits");
        foreach (int batch in new[] { 1, 8 })
        {
            using Recorder recorder = Recorder.Start(Path.Combine(folder.FullName, $"steps-{batch}.db"), new RecorderOptions { WhenFull = QueueFullPolicy.Block });
            int requests = 0;
            var without = new List<double>();
            var with = new List<double>();
            var ratios = new List<double>();
            long calls = 0;
            Block(model, batch, null, ref requests, ref calls);
            for (int pair = 0; pair < Pairs; pair++)
            {
                // Which of the two comes first alternates.
                bool recordsFirst = pair % 2 == 1;
                double first = Block(model, batch, recordsFirst ? recorder : null, ref requests, ref calls);
                double second = Block(model, batch, recordsFirst ? null : recorder, ref requests, ref calls);
                without.Add(recordsFirst ? second : first);
                with.Add(recordsFirst ? first : second);
                ratios.Add(with[^1] / without[^1]);
            }

            double share = calls / (double)Stopwatch.Frequency / (with.Sum() * StepsOfBlock);
            without.Sort();
            with.Sort();
            ratios.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  batch {batch}: a step {without[Pairs / 2] * 1e3:F3} ms (best {without[0] * 1e3:F3}); recorded {with[Pairs / 2] * 1e3:F3} ms (best {with[0] * 1e3:F3})"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    serving thread, within the calls        {100 * share:F3} % of step time"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    step time, the writer's thread beside it {100 * (ratios[Pairs / 2] - 1):+0.0;-0.0} % (median of {Pairs} pairs of {StepsOfBlock} steps, quartiles {100 * (ratios[Pairs / 4] - 1):+0.0;-0.0} and {100 * (ratios[3 * Pairs / 4] - 1):+0.0;-0.0}; of the best {100 * ((with[0] / without[0]) - 1):+0.0;-0.0} %)"));
        }
    }

    /// <summary>Seconds a step.</summary>
    private static double Block(EngineModel model, int batch, Recorder? recorder, ref int requests, ref long calls)
    {
        ReplaySequence[] sequences = new ReplaySequence[batch];
        int[] tokens = new int[batch];
        RequestRecording?[] recordings = new RequestRecording?[batch];
        for (int row = 0; row < batch; row++)
        {
            int[] prompt = model.Encode(Prompts[row % Prompts.Length]);
            sequences[row] = new ReplaySequence(model.Model.Configuration);
            tokens[row] = Run(model, ExecutionPhase.Prefill, [new SequenceTokens(sequences[row], prompt)]).Tokens[0];
            recordings[row] = recorder?.Begin($"r{requests++}", model.Identity, EffectiveRequest.FromTokenIds(prompt));
        }

        GC.Collect();
        long started = Stopwatch.GetTimestamp();
        for (int step = 1; step <= StepsOfBlock; step++)
        {
            ReplayStepResult result = Run(model, ExecutionPhase.Decode, [.. sequences.Select((sequence, row) => new SequenceTokens(sequence, new[] { tokens[row] }))]);
            long called = Stopwatch.GetTimestamp();
            for (int row = 0; row < batch; row++)
            {
                tokens[row] = result.Tokens[row];
                recordings[row]?.Step(model.Baseline, Sample(step, batch, row) with { ChosenToken = tokens[row] }, new StepLogits(result.Logits[row], result.LogitsFormat, topK: 5));
            }

            if (recorder is not null)
                calls += Stopwatch.GetTimestamp() - called;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds / StepsOfBlock;
        foreach (RequestRecording? recording in recordings)
            recording?.Complete("length");
        recorder?.Flush();
        return seconds;
    }

    private static ReplayStepResult Run(EngineModel model, ExecutionPhase phase, SequenceTokens[] batch) =>
        model.Engine.Run(model.Model, new ReplayStep { Phase = phase, Plan = model.Plan, Batch = batch });

    private static StepState Baseline() => new()
    {
        StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new StepShape { QueryLength = 1, KeyLength = 1, Heads = 32, Hidden = 4096 }, KernelVariant = "x", KvRegime = "paged",
    };

    private static StepSample Sample(int index, int batch, int row) => new()
    {
        StepIndex = index, Phase = ExecutionPhase.Decode, QueryLength = 1, KeyLength = index + 1, BatchSize = batch, BatchTokens = batch, BatchIndex = row, FirstRow = row,
        StartedAt = DateTimeOffset.UtcNow, GpuTimeMs = 0.5, ChosenToken = 5,
    };

    private static float[] Logits(int count)
    {
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 20)];
        Rounding.RoundInPlace(logits, NumericFormat.Bf16);
        return logits;
    }
}
