using System.Collections.Immutable;
using PlanForensics.Engines;
using PlanForensics.Engines.Ggml;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Ggml;

/// <summary>ggml's flash attention: every build competes, with keys and values as they are and rounded to fp16.</summary>
internal sealed class FlashAttentionSource : ICandidateSource
{
    public bool Handles(RecordedOperator recorded) => recorded.Operation == "flash_attn_ext" && RecordedFlashAttention.TryRead(recorded) is not null;

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        if (RecordedFlashAttention.TryRead(recorded) is not { } attention)
            yield break;
        foreach (NumericFormat cache in new[] { NumericFormat.Fp32, NumericFormat.Fp16 })
        {
            foreach (FlashAttentionExt rule in EngineCatalog.FlashAttentions)
                foreach (FlashAttentionKey key in attention.Keys(cache))
                    if (rule.PlanFor(key).Plan is { } plan)
                        yield return Candidate(attention, cache, rule.Name, plan, false);
            foreach (FlashAttentionPlan plan in Controls(cache))
                yield return Candidate(attention, cache, "control", plan, true);
        }
    }

    /// <summary>Ways that no engine walks: other chunks, other tiles, a score in another order.</summary>
    private static ImmutableArray<FlashAttentionPlan> Controls(NumericFormat cache) =>
    [
        new() { Chunks = 3, Accumulator = cache, Sum = ReductionStep.MulAdd, Math = MathPath.Glibc, Scores = new GemmPlan { Operand = cache, BlockK = 11 } },
        new() { Walk = FlashWalk.Tiles, Tile = 24, Fold = 4, Math = MathPath.Glibc, Scores = new GemmPlan { Operand = cache, BlockK = 7 } },
    ];

    private static PlanCandidate Candidate(RecordedFlashAttention attention, NumericFormat cache, string name, OperatorPlan plan, bool isControl)
    {
        var program = (FlashAttentionProgram)plan.Lower(attention.Shape);
        return new PlanCandidate(name, plan.Text, output => KernelSelection.Default.FlashAttention(program, attention.Input(cache), output))
        {
            Identity = attention.Holds(cache) ? program.Text : $"{NumericFormats.NameOf(cache)} {program.Text}", IsControl = isControl, EngineWords = [.. name.Split('.'), cache == NumericFormat.Fp16 ? "f16" : "f32"],
        };
    }
}
