using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Ggml;

/// <summary>Matrix products of weights in ggml's blocks: every family of <see cref="EngineCatalog.QuantizedGemms"/> competes.</summary>
internal sealed class QuantizedProductSource : ICandidateSource
{
    private static readonly ConditionalWeakTable<TensorValue, BlockMatrix> Weights = [];

    /// <summary>Orders that no engine runs: other groups, another merge, another place of the scales.</summary>
    private static readonly ImmutableArray<QuantizedGemmPlan> Controls =
    [
        new() { Group = 8, StartsAtZero = true, Lanes = new LaneTree { Lanes = 4, Merge = MergeOrder.Forward } },
        new() { Group = 4, StartsAtZero = true, Lanes = new LaneTree { Lanes = 8, Merge = MergeOrder.Forward } },
        new() { Group = 16, Factors = ScaleFactors.WeightFirst, StartsAtZero = true, Lanes = new LaneTree { Lanes = 2 } },
    ];

    public bool Handles(RecordedOperator recorded) =>
        recorded.Operation == "matmul" && recorded.Find("a") is not null && recorded.Find("w")?.Format == NumericFormat.Int8 && BlockFormats.TryParse(recorded.Attributes.Text("w_type"), out _);

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        if (!BlockFormats.TryParse(recorded.Attributes.Text("w_type"), out BlockFormat format))
            yield break;
        TensorValue a = recorded.Get("a");
        TensorValue w = recorded.Get("w");
        var shape = new OperatorShape(a.Shape[0], w.Shape[0], a.Shape[1]);
        BlockMatrix weights = Weights.GetValue(w, tensor => new BlockMatrix(format, tensor.Shape[0], shape.Depth, tensor.Bytes));
        var key = new GemmKey(shape.Rows, shape.Columns, shape.Depth) { Threads = recorded.Threads, Blocks = format };
        foreach (IGemmFamily family in EngineCatalog.QuantizedGemms)
            if (family.PlanFor(key).Plan is { } plan)
                yield return Candidate(a, weights, family.Name, plan, shape, false);
        foreach (QuantizedGemmPlan plan in Controls)
            yield return Candidate(a, weights, "control", plan with { Weights = format }, shape, true);
    }

    private static PlanCandidate Candidate(TensorValue a, BlockMatrix weights, string name, OperatorPlan plan, OperatorShape shape, bool isControl)
    {
        var program = (QuantizedGemmProgram)plan.Lower(shape);
        return new PlanCandidate(name, plan.Text, output => KernelSelection.Default.QuantizedGemm(program, MemoryMarshal.Cast<byte, float>(a.Bytes.Span), weights, output))
        {
            Identity = program.Text, IsControl = isControl, EngineWords = [.. name.Split('.')],
        };
    }
}
