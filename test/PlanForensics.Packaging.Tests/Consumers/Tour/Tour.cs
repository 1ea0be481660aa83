using PlanForensics.Attribution;
using PlanForensics.Contracts;
using PlanForensics.Diffing;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using PlanForensics.Replay;
using PlanForensics.Store;

namespace PlanForensics.Packaging.Tests.Consumers.Tour;

/// <summary>A walk through the core's rooms: the published native application prints what this prints in a process with a JIT.</summary>
internal static class Tour
{
    public static void Run(TextWriter output, string folder)
    {
        ReplayModel model = new(SyntheticModel.Create(
            new ModelConfiguration
            {
                Architecture = "LlamaForCausalLM", LayerCount = 2, HiddenSize = 32, HeadCount = 4, KeyValueHeadCount = 2, HeadDimension = 8, FeedForwardSize = 72, VocabularySize = 67, ContextLength = 48,
                Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate, Position = PositionKind.Rope, HasTiedHead = false,
            },
            seed: 11,
            NumericFormat.Bf16));
        var engine = new CpuReplayEngine(KernelSelection.Default);
        PlanSchedule Plan(string gemm) => new(gemm, PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], NumericFormat.Bf16, NumericFormat.Fp32));
        ExecutionContract one = GreedyRecording.Run(engine, model, "one", [24, 32, 54, 23, 6], Plan("sequential_fma"), 5);
        ExecutionContract four = GreedyRecording.Run(engine, model, "four", [24, 32, 54, 23, 6], Plan("split_k4_bf16_staging"), 5, batchSize: 4);
        output.WriteLine($"replay: {string.Join(' ', one.ChosenTokens)}, logits {one.Steps[0].Observation.LogitsHash}");

        using (ContractStore store = ContractStore.Open(Path.Combine(folder, "tour.db")))
        {
            store.Write(one);
            store.Write(ContractJson.Parse(ContractJson.Format(four)));
            TraceDiff diff = TraceDiff.Between(store.Get("one"), store.Get("four"));
            output.WriteLine($"store and diff: {diff.Steps.Count} steps, {diff.BitwiseEqualCount} bitwise equal, first divergence {diff.FirstDivergence}, flip {diff.FirstFlip?.ToString() ?? "none"}");
            PlanSchedule[] candidates = [.. new[] { "sequential_fma", "split_k4", "split_k4_bf16_staging" }.Select(Plan)];
            output.WriteLine($"attribution: {PlanAttribution.Run(engine, model, store.Get("four"), candidates).Explanation}");
        }

        ProbeReport report = OrderProbe.Run(BlackBox.Dot(64, static (a, b) =>
        {
            float sum = 0;
            for (int index = 0; index < a.Length; index++)
                sum += a[index] * b[index];
            return sum;
        }));
        output.WriteLine($"probe: {report.Outcome} {report.Plan}");
        output.WriteLine($"plan: {OperatorPlan.Parse("gemm split_k=4 staging=bf16").Lower(new OperatorShape(8, 64, 256)).Fingerprint.Short}");
    }
}
