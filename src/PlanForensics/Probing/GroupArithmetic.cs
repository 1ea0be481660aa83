using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>What is known of a group's arithmetic beside its tree.</summary>
/// <param name="Terms">How each term's product enters.</param>
/// <param name="Answers">What each term answered when it was asked; NaN where it was not.</param>
/// <param name="Nodes">The format each inner node's value is held in when it is next read; null where no known format fits; an empty array when it was not asked.</param>
/// <param name="Dot">The matrix-unit step of fused nodes; null where there are none or no step fits.</param>
/// <param name="DotReason">Why no step fits.</param>
/// <param name="FlushesSubnormals">Whether subnormal results are zeros.</param>
internal sealed record GroupArithmetic(TermRounding[] Terms, float[] Answers, NumericFormat?[] Nodes, ReductionStep? Dot, string DotReason, bool FlushesSubnormals)
{
    public static GroupArithmetic Ask(BoxCalls calls, CountingUnits units, OutputGroup group, SummationTree tree, bool precision)
    {
        string reason = "";
        ReductionStep? dot = tree.IsBinary ? null : FusedStepProbe.Run(calls, group, tree, out reason);
        NumericFormat tenBits = units.Mask > 65504 ? NumericFormat.Tf32 : NumericFormat.Fp16; // the masks passed through: fp16 would have overflowed
        NumericFormat?[] nodes = precision && tree.LeafCount > 1 && PrecisionProbe.Applies(calls.Box) ? PrecisionProbe.Run(calls, group, tree, tenBits) : [];
        (TermRounding[] terms, float[] answers) = ProductProbe.Run(calls, group, tree, nodes);
        return new GroupArithmetic(
            terms,
            answers,
            nodes,
            dot,
            reason,
            FlushProbe.Run(calls, group));
    }
}
