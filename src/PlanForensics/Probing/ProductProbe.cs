using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>
/// Asks for every term whether its product is rounded before it is added. With x = 1 + 2^-12, x * x = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11. Term j holds x * x and a term that it meets first
/// holds -x * x: the sum is 2^-24 where j's product enters unrounded a sum that holds the other's rounded one, -2^-24 where it is the other way round, and 0 where both are rounded, or neither
/// is. The answer is one bit, so that no narrower store on the way blurs it. A second question tells the last two apart: the other term holds -x, which is exact.
/// </summary>
internal static class ProductProbe
{
    private static readonly float Factor = 1 + MathF.ScaleB(1, -12);
    private static readonly float Remainder = MathF.ScaleB(1, -24);
    private static readonly float ExactSum = MathF.ScaleB(1, -12) + MathF.ScaleB(1, -24);

    /// <summary>Value of the other operand everywhere.</summary>
    public static float Plain => Factor;

    /// <summary>Only fp32 products can be inexact in binary32; those of tf32, fp16 and fp8 are exact, those of bf16 up to underflow.</summary>
    public static bool Applies(BlackBox box) => box is { HasProducts: true, Operand: NumericFormat.Fp32, Output: NumericFormat.Fp32 };

    /// <summary>How each term enters, and the answers to the first question (NaN where it was not asked).</summary>
    public static (TermRounding[] Terms, float[] Answers) Run(BoxCalls calls, OutputGroup group, SummationTree tree)
    {
        var roundings = new TermRounding[tree.LeafCount];
        float[] answers = new float[tree.LeafCount];
        Array.Fill(answers, float.NaN);
        if (!Applies(calls.Box) || tree.LeafCount < 2)
            return (roundings, answers);
        int[] terms = [.. Enumerable.Range(0, tree.LeafCount).Where(term => tree.Children(tree.Parent(term)).Length == 2)];
        float[] first = SparseQuestions.Ask(calls, group, Factor, [.. terms.Select(term => Question(term, Partner(tree, term)))]);
        for (int index = 0; index < terms.Length; index++)
        {
            answers[terms[index]] = first[index];
            roundings[terms[index]] = first[index] == Remainder ? TermRounding.Exact : first[index] == -Remainder || first[index] == 0 ? TermRounding.Rounded : TermRounding.Unclear;
        }

        int[] zero = [.. terms.Where(term => answers[term] == 0)];
        float[] second = SparseQuestions.Ask(calls, group, Factor, [.. zero.Select(term => ((int, float)[])[(term, Factor), (Partner(tree, term), -1)])]);
        for (int index = 0; index < zero.Length; index++)
            if (second[index] == ExactSum)
                roundings[zero[index]] = TermRounding.Exact;
        return (roundings, answers);
    }

    /// <summary>A term that this one meets first.</summary>
    public static int Partner(SummationTree tree, int term) => tree.FirstLeaf(tree.Sibling(term));

    public static (int Term, float Value)[] Question(int term, int other) => [(term, Factor), (other, -Factor)];
}
