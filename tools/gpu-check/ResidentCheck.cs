using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.GpuCheck;

/// <summary>Whole steps whose values stay on the device against the reference interpreter: prefill, then a batch, of a small decoder under every named plan.</summary>
internal sealed class ResidentCheck(GpuDevice device, CheckReport report)
{
    private static readonly ModelConfiguration Small = new()
    {
        LayerCount = 2, HiddenSize = 64, HeadCount = 4, KeyValueHeadCount = 2, HeadDimension = 16, FeedForwardSize = 160, VocabularySize = 200, ContextLength = 64,
        Norm = NormKind.Rms, NormEpsilon = 1e-5, Activation = ActivationKind.SiluGate, Position = PositionKind.Rope, HasTiedHead = false,
    };

    public void Run(int every)
    {
        var gpu = new GpuReplayEngine(device);
        var reference = new CpuReplayEngine(ReferenceKernels.Instance);
        var model = new ReplayModel(SyntheticModel.Create(Small, 11, NumericFormat.Bf16));
        List<string> differences = [];
        int compared = 0;
        foreach ((string name, ExecutionPlan plan) in Plans().Where((_, index) => index % every == 0))
        {
            compared++;
            if (!Bits(gpu, model, plan).SequenceEqual(Bits(reference, model, plan)))
                differences.Add($"{name}: logits or tokens differ");
        }

        report.AddConformance("steps that stay on the device", compared, differences, 0);
    }

    private static IEnumerable<(string, ExecutionPlan)> Plans()
    {
        foreach ((string name, GemmPlan gemm) in PlanCatalog.Gemms.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            yield return (name, PlanCatalog.Uniform(gemm, NumericFormat.Bf16, NumericFormat.Fp32));
        ExecutionPlan uniform = PlanCatalog.Uniform(PlanCatalog.Gemms["gemv_warp32_vector4"], NumericFormat.Bf16, NumericFormat.Fp32);
        foreach ((string name, AttentionPlan attention) in PlanCatalog.Attentions.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            yield return (name, new ExecutionPlan([.. uniform.Rules, new PlanRule(null, null, OperatorRole.Attention, attention)]));
    }

    private static List<uint> Bits(IReplayEngine engine, ReplayModel model, ExecutionPlan plan)
    {
        var seen = new List<uint>();
        ReplaySequence[] sequences = [new ReplaySequence(model.Configuration), new ReplaySequence(model.Configuration)];
        Add([sequences[0]], Enumerable.Range(1, 20).ToArray());
        Add([sequences[1]], [7, 8, 9]);
        for (int step = 0; step < 4; step++)
            Add(sequences, [30 + step]);
        return seen;

        void Add(ReplaySequence[] batch, int[] tokens)
        {
            var step = new ReplayStep { Phase = ExecutionPhase.Decode, Plan = plan, Batch = [.. batch.Select(sequence => new SequenceTokens(sequence, tokens))] };
            ReplayStepResult result = engine.Run(model, step);
            foreach (float[] logits in result.Logits)
                seen.AddRange(logits.Select(BitConverter.SingleToUInt32Bits));
            seen.AddRange(result.Tokens.Select(static token => (uint)token));
        }
    }
}
