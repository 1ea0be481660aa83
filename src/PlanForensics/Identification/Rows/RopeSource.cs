using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Rows;

/// <summary>Rotary embeddings whose positions and frequencies are recorded: the rotary families of <see cref="EngineCatalog.Rows"/> compete, in both pairings where the record does not name one.</summary>
internal sealed class RopeSource : ICandidateSource
{
    public bool Handles(RecordedOperator recorded) => Calls(recorded).Any();

    public IEnumerable<PlanCandidate> Candidates(RecordedOperator recorded)
    {
        foreach (RopeCall call in Calls(recorded))
        {
            foreach (IRowFamily family in EngineCatalog.Rows.Where(family => family.Operator == RowOperator.Rope))
                if (family.PlanFor(new RowKey(call.Positions.Length, call.HeadDimension) { Threads = recorded.Threads }).Plan is RopePlan plan)
                    yield return Candidate(recorded, call, family.Name, plan, false);
            foreach (OperatorPlan control in RowControls.For(RowOperator.Rope))
                yield return Candidate(recorded, call, "control", (RopePlan)control, true);
        }
    }

    private static PlanCandidate Candidate(RecordedOperator recorded, RopeCall call, string name, RopePlan plan, bool isControl) =>
        new(name, plan.Text, output => RowOperators.Rope(plan, call, MemoryMarshal.Cast<byte, float>(recorded.Get("x").Bytes.Span), output))
        {
            Identity = (call.Interleaved ? "interleaved " : "halves ") + plan.Text, IsControl = isControl, EngineWords = RowWords.Of(name),
        };

    private static IEnumerable<RopeCall> Calls(RecordedOperator recorded)
    {
        OperatorAttributes attributes = recorded.Attributes;
        if (recorded.Operation != "rope" || recorded.Find("x") is not { Format: NumericFormat.Fp32, ElementCount: > 0 } x || x.Shape.Length < 3 || recorded.Output.ElementCount != x.ElementCount)
            yield break;
        int rotated = attributes.Integer("n_dims") ?? x.Shape[^1];
        ImmutableArray<int> positions = Positions(attributes.Numbers("pos"), (int)(x.ElementCount / x.Shape[^1] / x.Shape[^2]));
        if (positions.IsEmpty || rotated < 2 || rotated % 2 != 0 || rotated > x.Shape[^1])
            yield break;
        foreach (bool interleaved in attributes.Text("mode") switch { "normal" => (bool[])[true], "neox" => [false], null => [true, false], _ => [] })
        {
            yield return new RopeCall(positions, x.Shape[^2], x.Shape[^1])
            {
                RotatedDimensions = rotated, Interleaved = interleaved,
                Theta = (float)(attributes.Number("freq_base") ?? 10_000), FrequencyScale = (float)(attributes.Number("freq_scale") ?? 1),
            };
        }
    }

    private static ImmutableArray<int> Positions(ImmutableArray<double> recorded, int count) =>
        recorded.Length == count && recorded.All(position => position == (int)position) ? [.. recorded.Select(position => (int)position)] : [];
}
