using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;
using PlanForensics.Simulation.Batching;
using PlanForensics.Simulation.Traffic;

namespace PlanForensics.Tests.Simulation.Batching;

/// <summary>A simulation kept in memory.</summary>
internal sealed class RecordedRun : IEngineRunSink
{
    public List<EngineIteration> Iterations { get; } = [];

    public List<(ExecutionContract Request, IReadOnlyList<StepSpan> Spans)> Requests { get; } = [];

    public SimulationSummary Summary { get; private set; } = null!;

    /// <summary>A decoder so small that a KV block of one token is 4 bytes: pools are given in blocks.</summary>
    public static ServedModel Tiny { get; } = new() { Name = "tiny", Layers = 1, Hidden = 128, Heads = 4, KeyValueHeads = 1, HeadDimension = 1, Intermediate = 128, Vocabulary = 64, BytesPerValue = 2 };

    public static RecordedRun Of(TrafficTrace trace, SimulationOptions options)
    {
        RecordedRun run = new();
        run.Summary = EngineSimulation.Run(trace, options, run);
        run.Requests.Sort((a, b) => string.CompareOrdinal(a.Request.RequestId, b.Request.RequestId));
        return run;
    }

    public static SimulationOptions Options(int poolBlocks, int blockTokens, int batchTokens) => new()
    {
        Model = Tiny, BlockTokens = blockTokens, MaximumBatchTokens = batchTokens, KeyValuePoolMb = poolBlocks * 4.0 * blockTokens / (1 << 20), Jitter = 0,
    };

    public static TrafficTrace Trace(params (double Milliseconds, int Prompt, int Output)[] arrivals) => new(
        "test", DateTimeOffset.UnixEpoch, arrivals.Select(item => new TrafficRequest { ArrivalTicks = (long)(item.Milliseconds * 10000), PromptTokens = item.Prompt, OutputTokens = item.Output }));

    public void Iteration(in EngineIteration iteration) => Iterations.Add(iteration);

    public void Request(ExecutionContract request, IReadOnlyList<StepSpan> spans) => Requests.Add((request, spans));

    /// <summary>One line an iteration: the requests that took part, in order of their numbers, as <c>NUMBER:TOKENS@KEYS</c>; a request that came from a queue has a +.</summary>
    public string[] Lines()
    {
        SortedDictionary<int, SortedDictionary<int, string>> lines = [];
        foreach ((ExecutionContract request, IReadOnlyList<StepSpan> spans) in Requests)
        {
            int number = int.Parse(request.RequestId.Split('-')[1], CultureInfo.InvariantCulture);
            foreach (StepSpan span in spans)
            {
                for (int step = 0; step < span.StepCount; step++)
                {
                    int ordinal = span.FirstOrdinal + (step * span.Stride);
                    if (!lines.TryGetValue(ordinal, out SortedDictionary<int, string>? line))
                        lines.Add(ordinal, line = []);
                    line.Add(number, $"{number}:{span.QueryLength}@{span.FirstKeyLength + (step * span.QueryLength)}{(step == 0 && span.AdmittedAt is not null ? "+" : "")}");
                }
            }
        }

        return [.. lines.Values.Select(line => string.Join(' ', line.Values))];
    }

    /// <summary>Everything that was recorded, as one text.</summary>
    public string Text() => string.Join('\n', Iterations.Select(item => item.State.ToString()))
        + string.Join('\n', Requests.Select(item => item.Request + string.Join(';', item.Spans.Select(span => span.ToString()))));

    public static bool IsDecode(StepSpan span) => span.Phase == ExecutionPhase.Decode;
}
