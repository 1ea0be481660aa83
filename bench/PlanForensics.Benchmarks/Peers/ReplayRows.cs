using System.Diagnostics;
using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Sixty-four candidate plans of the project's model: what sharing operator results saves, and an attribution from end to end.</summary>
internal static class ReplayRows
{
    private const int SweepSteps = 48;
    private const int AttributionSteps = 225; // with the prompt of 32 tokens, the model's whole context of 256
    private const long MemoBytes = 512L << 20;
    /// <summary>Token ids of the recorded prompt.</summary>
    public static readonly int[] Prompt = [.. Enumerable.Range(0, 32).Select(index => 20 + ((index * 37) % 200))];

    private static readonly GemmPlan[] Variants =
    [
        .. from split in Enumerable.Range(1, 8)
           from lanes in (int[])[1, 2, 4, 8]
           from step in (ReductionStep[])[ReductionStep.Fma, ReductionStep.MulAdd]
           select new GemmPlan { SplitK = split, Lanes = new LaneTree { Lanes = lanes }, Step = step },
    ];

    public static IEnumerable<PeerRow> Run()
    {
        var model = new ReplayModel(DecoderModel.Load(FindModel()));
        IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads: 1);
        ExecutionPlan plain = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16, NumericFormat.Fp32);
        foreach (OperatorRole role in (OperatorRole[])[OperatorRole.LmHead, OperatorRole.QueryProjection, OperatorRole.OutputProjection, OperatorRole.DownProjection])
            yield return Sweep(model, kernels, OperatorRoles.NameOf(role), 8, variant => plain.With(new PlanRule(null, null, role, variant with { Output = role == OperatorRole.LmHead ? NumericFormat.Fp32 : NumericFormat.Bf16 })));
        yield return Sweep(model, kernels, "every product", 40, variant => PlanCatalog.Uniform(variant, NumericFormat.Bf16, NumericFormat.Fp32));
        yield return Attribution(model, kernels, isFull: false);
        yield return Attribution(model, kernels, isFull: true);
    }

    private static PeerRow Sweep(ReplayModel model, IOperatorKernels kernels, string what, double target, Func<GemmPlan, ExecutionPlan> planOf)
    {
        PlanSchedule[] candidates = [.. Variants.Select((variant, index) => new PlanSchedule($"{index}", planOf(variant)))];
        var alone = new CpuReplayEngine(kernels);
        ExecutionContract recorded = GreedyRecording.Run(alone, model, "bench", Prompt, candidates[5], SweepSteps);
        string[] Hashes(CpuReplayEngine engine) => [.. candidates.SelectMany(candidate => ContractReplay.Steps(engine, model, recorded, candidate.PlanFor).Select(step => step.Observation.LogitsHash!))];
        string[] expected = Hashes(alone), found = [];
        Action[] sides = [() => { _ = ContractReplay.Steps(alone, model, recorded, candidates[5].PlanFor).Count(); }, () => found = Hashes(new CpuReplayEngine(kernels, new OperatorMemo(MemoBytes)))];
        double[] times = Interleaved.Medians(0.4, sides);
        double processor = ProcessorSeconds(sides[1]) / (ProcessorSeconds(() => Enumerable.Range(0, 8).ToList().ForEach(_ => sides[0]())) / 8);
        if (!found.AsSpan().SequenceEqual(expected))
            throw new InvalidOperationException($"{what}: a sweep with a memo gave other logits than one without");
        return PeerRow.Times(
            $"sweep of 64 plans in {what}, {SweepSteps} steps", 1, times[1], times[0], "one replay", target, $"{found.Length} of {expected.Length} logits hashes equal to those without memo",
            $"{expected.Distinct().Count()} different sets of bits; {processor:F1} times by processor time");
    }

    private static PeerRow Attribution(ReplayModel model, IOperatorKernels kernels, bool isFull)
    {
        PlanSchedule[] candidates = [.. Variants.Select((variant, index) => new PlanSchedule($"{index}", PlanCatalog.Uniform(variant, NumericFormat.Bf16, NumericFormat.Fp32)))];
        ExecutionContract recorded = GreedyRecording.Run(new CpuReplayEngine(kernels), model, "bench", Prompt, candidates[21], AttributionSteps);
        long start = Stopwatch.GetTimestamp();
        AttributionVerdict verdict = PlanAttribution.Run(new CpuReplayEngine(KernelSelection.Default, new OperatorMemo(MemoBytes)), model, recorded, candidates, new AttributionOptions { StopAtFirstDifference = !isFull });
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (verdict.State == AttributionState.Unexplained)
            throw new InvalidOperationException($"the attribution found no class: {verdict.Explanation}");
        return PeerRow.Times(
            $"attribution, {recorded.Steps.Count} steps, 64 candidates{(isFull ? ", all to the end" : "")}", Environment.ProcessorCount, seconds, 10, "10 seconds", 1, $"verdict {verdict.State}, {verdict.Matching.Count} class(es) match", $"{seconds:F2} s, cold");
    }

    /// <summary>Processor time of the whole process: what other load on the machine does not lengthen.</summary>
    private static double ProcessorSeconds(Action action)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    /// <summary>The project's model.</summary>
    public static string FindModel() => new[] { Environment.CurrentDirectory, AppContext.BaseDirectory }
        .SelectMany(Ancestors).Select(folder => Path.Combine(folder, "samples", "models", "kjv-1m")).FirstOrDefault(Directory.Exists)
        ?? throw new DirectoryNotFoundException("samples/models/kjv-1m is not above the working folder or the program: start in the repository");

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
            yield return at.FullName;
    }
}
