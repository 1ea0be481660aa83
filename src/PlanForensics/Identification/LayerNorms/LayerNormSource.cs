using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.LayerNorms;

/// <summary>LayerNorm, and RMSNorm with weights, over the last dimension: every family of <see cref="EngineCatalog.LayerNorms"/> or <see cref="EngineCatalog.RmsNorms"/> competes.</summary>
internal sealed class LayerNormSource : ICandidateSource
{
    private const double UsualEpsilon = 1e-5;

    // Orders that no engine runs: 16 lanes (no library takes them for a norm), Welford with a shift, and a sum of squares from the back.
    private static readonly ImmutableArray<LayerNormPlan> Controls =
    [
        new() { Lanes = 16 },
        new() { Statistics = LayerNormStatistics.CascadeGrouped, Lanes = 4, Scaling = LayerNormScaling.Quotient },
        new() { Statistics = LayerNormStatistics.Running, Scaling = LayerNormScaling.Shifted, Apply = ReductionStep.MulAdd },
        new() { Statistics = LayerNormStatistics.WideMean, Lanes = 4, Step = ReductionStep.MulAdd, Scaling = LayerNormScaling.Shifted },
    ];

    private static readonly ImmutableArray<LayerNormPlan> RmsControls =
    [
        new() { Statistics = LayerNormStatistics.Squares, Lanes = 16 },
        new() { Statistics = LayerNormStatistics.Squares, Lanes = 4, Step = ReductionStep.MulAdd },
        new() { Statistics = LayerNormStatistics.Squares, Lanes = 4, Scaling = LayerNormScaling.Quotient },
    ];

    public bool Handles(RecordedOperator recorded) => (recorded.Operation == "layer_norm" || IsRmsNorm(recorded)) && recorded.Find("x") is { Format: NumericFormat.Fp32 } x
        && x.ElementCount > 0 && x.ElementCount == recorded.Output.ElementCount && Fits(recorded, "weight", x) && Fits(recorded, "bias", x);

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        int width = recorded.Get("x").Shape[^1];
        var rules = new HashSet<string>();
        foreach (ILayerNormFamily family in IsRmsNorm(recorded) ? EngineCatalog.RmsNorms : EngineCatalog.LayerNorms)
        {
            if (family.PlanFor(width).Plan is not LayerNormPlan plan)
                continue;
            PlanCandidate candidate = Candidate(recorded, family.Name, plan, false);
            rules.Add(candidate.Identity);
            yield return candidate;
        }

        foreach (PlanCandidate control in (IsRmsNorm(recorded) ? RmsControls : Controls).Select(plan => Candidate(recorded, "control", plan, true)).Where(control => !rules.Contains(control.Identity)))
            yield return control;
    }

    private static bool IsRmsNorm(RecordedOperator recorded) => recorded.Operation == "rms_norm" && recorded.Find("weight") is not null;

    private static bool Fits(RecordedOperator recorded, string name, TensorValue x) =>
        recorded.Find(name) is not { } tensor || (tensor.Format == NumericFormat.Fp32 && tensor.ElementCount == x.Shape[^1]);

    private static PlanCandidate Candidate(RecordedOperator recorded, string name, LayerNormPlan plan, bool isControl)
    {
        TensorValue x = recorded.Get("x");
        var program = (LayerNormProgram)plan.Lower(new OperatorShape((int)(x.ElementCount / x.Shape[^1]), 1, x.Shape[^1]));
        float epsilon = (float)(recorded.Attributes.Number("eps") ?? UsualEpsilon);
        return new PlanCandidate(name, plan.Text, output => KernelSelection.Default.LayerNorm(program, epsilon, Values(x), Values(recorded.Find("weight")), Values(recorded.Find("bias")), output))
        {
            Identity = program.Text, IsControl = isControl, EngineWords = EngineNames.Of(name),
        };
    }

    private static ReadOnlySpan<float> Values(TensorValue? tensor) => tensor is null ? [] : MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span);
}
