using PlanForensics.Attribution;
using PlanForensics.Benchmarks.Peers;
using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Benchmarks.Scaling;

/// <summary>Sweeps of 1 to 256 plans over one recorded run of the project's model.</summary>
internal static class PlanScaling
{
    private const int Steps = 32;
    private const long MemoBytes = 512L << 20;

    private static readonly GemmPlan[] Variants =
    [
        .. from split in Enumerable.Range(1, 16)
           from lanes in (int[])[1, 2, 4, 8]
           from step in (ReductionStep[])[ReductionStep.Fma, ReductionStep.MulAdd]
           from block in (int[])[0, 32]
           select new GemmPlan { SplitK = split, Lanes = new LaneTree { Lanes = lanes }, Step = step, BlockK = block },
    ];

    public static IEnumerable<ScalingRow> Run()
    {
        var model = new ReplayModel(DecoderModel.Load(ReplayRows.FindModel()));
        IOperatorKernels kernels = KernelSelection.Create(KernelSelection.Default.Name, threads: 1);
        ExecutionPlan plain = PlanCatalog.Uniform(new GemmPlan(), NumericFormat.Bf16, NumericFormat.Fp32);
        foreach ((string what, Func<GemmPlan, ExecutionPlan> planOf) in (IEnumerable<(string, Func<GemmPlan, ExecutionPlan>)>)
            [("q_proj", plan => plain.With(new PlanRule(null, null, OperatorRole.QueryProjection, plan with { Output = NumericFormat.Bf16 }))),
             ("every product", plan => PlanCatalog.Uniform(plan, NumericFormat.Bf16, NumericFormat.Fp32))])
        {
            foreach (int count in (int[])[1, 4, 16, 64, 256])
                yield return Measure(model, kernels, what, [.. Variants.Take(count).Select((plan, index) => new PlanSchedule($"{index}", planOf(plan)))]);
        }
    }

    private static ScalingRow Measure(ReplayModel model, IOperatorKernels kernels, string what, PlanSchedule[] candidates)
    {
        var alone = new CpuReplayEngine(kernels);
        ExecutionContract recorded = GreedyRecording.Run(alone, model, "bench", ReplayRows.Prompt, candidates[0], Steps);
        string[] Hashes(CpuReplayEngine engine) => [.. candidates.SelectMany(candidate => ContractReplay.Steps(engine, model, recorded, candidate.PlanFor).Select(step => step.Observation.LogitsHash!))];
        string[] without = [], with = [];
        double[] times = Interleaved.Medians(0.5, () => with = Hashes(new CpuReplayEngine(kernels, new OperatorMemo(MemoBytes))), () => without = Hashes(alone));
        if (!with.AsSpan().SequenceEqual(without))
            throw new InvalidOperationException($"{what}: a sweep with a memo gave other logits than one without");
        return new ScalingRow(
            $"Sweeps over a run of {Steps} steps of samples/models/kjv-1m, all plans to the end", $"{candidates.Length} plans in {what}", 1,
            [new("with memo ms", times[0] * 1e3), new("without ms", times[1] * 1e3), new("without / with", times[1] / times[0]), new("with memo, ms a plan", times[0] * 1e3 / candidates.Length)]);
    }
}
