using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Attention;

/// <summary>Whole calls of attention over (.., heads, rows, head dimension): the families of <see cref="EngineCatalog.Attentions"/> compete.</summary>
internal sealed class ScaledDotProductSource : ICandidateSource
{
    private static readonly ImmutableArray<int> ThreadCounts = [1, 2, 4, 8, 16];

    public bool Handles(RecordedOperator recorded) => recorded.Operation == "sdpa" && AttentionCall.Of(recorded) is not null;

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        AttentionCall call = AttentionCall.Of(recorded)!;
        IEnumerable<int> threadCounts = recorded.Attributes.Integer("threads") is { } known and > 0 and <= 1024 ? [known] : ThreadCounts;
        var rules = new HashSet<string>();
        foreach (int threads in threadCounts)
        {
            foreach (Engines.Aten.ScaledDotProduct family in EngineCatalog.Attentions)
            {
                if (family.PlanFor(call.Heads, call.Queries, call.Depth, threads).Plan is not ScaledDotProductPlan plan)
                    continue;
                PlanCandidate candidate = Candidate(recorded, call, family.Name, plan, false);
                rules.Add(candidate.Identity);
                yield return candidate;
            }
        }

        if (rules.Count > 0)
            foreach (PlanCandidate control in Controls(call.Keys).Select(plan => Candidate(recorded, call, "control", plan, true)).Where(control => !rules.Contains(control.Identity)))
                yield return control;
    }

    // Orders that no engine runs: the keys in two blocks, which are no powers of two, and in three.
    private static ScaledDotProductPlan[] Controls(int keys) => [Blocks(keys / 2, 16), Blocks(keys * 2 / 3, 8), Blocks(keys / 3, 16)];

    private static ScaledDotProductPlan Blocks(int keyBlock, int lanes) => new() { KeyBlock = Math.Clamp(keyBlock | 1, 1, 65_535), Lanes = lanes };

    private static PlanCandidate Candidate(RecordedOperator recorded, AttentionCall call, string name, ScaledDotProductPlan plan, bool isControl)
    {
        var program = (ScaledDotProductProgram)plan.Lower(new OperatorShape(call.Queries, call.Keys, call.Depth));
        return new PlanCandidate(name, plan.Text, output => KernelSelection.Default.ScaledDotProduct(
            program, call.Scale, call.Causal, Values(recorded, "q"), Values(recorded, "k"), Values(recorded, "v"), Values(recorded, "mask"), output))
        {
            Identity = program.Text, IsControl = isControl, EngineWords = EngineNames.Of(name),
        };
    }

    private static ReadOnlySpan<float> Values(RecordedOperator recorded, string name) => recorded.Find(name) is { } tensor ? MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span) : [];
}
