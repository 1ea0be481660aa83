using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>
/// Asks for every term whether its product is rounded before it is added. With x = 1 + 2^-12, x * x = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11. Term j holds x * x and a term that it meets first
/// holds -x * x: the sum is 2^-24 where j's product enters unrounded a sum that holds the other's rounded one, -2^-24 where it is the other way round, and 0 where both are rounded, or neither
/// is. The answer is one bit, so that no narrower store on the way blurs it. A second question tells the last two apart: the other term holds -x, which is exact.
/// </summary>
internal static class ProductProbe
{
    private const int Fp32Bits = 12;
    private const int Fp16Bits = 6;
    private const int Bf16Bits = 5;

    /// <summary>Value of the other operand everywhere, for sums in fp32.</summary>
    public static float Plain => Factor(Fp32Bits);

    /// <summary>Only fp32 products can be inexact in binary32; those of tf32, fp16 and fp8 are exact, those of bf16 up to underflow.</summary>
    public static bool Applies(BlackBox box) => box is { HasProducts: true, Operand: NumericFormat.Fp32, Output: NumericFormat.Fp32 };

    /// <summary>How each term enters, and the answers to the first question for sums in fp32 (NaN where it was not asked).</summary>
    /// <param name="calls">The box.</param>
    /// <param name="group">The outputs asked.</param>
    /// <param name="tree">Their tree.</param>
    /// <param name="formats">The format of each node's value, or empty: in a bf16 or fp16 accumulator the same question is asked with fewer bits.</param>
    public static (TermRounding[] Terms, float[] Answers) Run(BoxCalls calls, OutputGroup group, SummationTree tree, NumericFormat?[] formats)
    {
        var roundings = new TermRounding[tree.LeafCount];
        float[] answers = new float[tree.LeafCount];
        Array.Fill(answers, float.NaN);
        if (!calls.Box.HasProducts || tree.LeafCount < 2)
            return (roundings, answers);
        foreach (IGrouping<int, int> terms in Enumerable.Range(0, tree.LeafCount).Where(term => tree.Children(tree.Parent(term)).Length == 2)
            .GroupBy(term => Bits(calls.Box, Accumulator(tree, formats, term))).Where(terms => terms.Key > 0))
            Ask(calls, group, tree, [.. terms], terms.Key, roundings, answers);
        return (roundings, answers);
    }

    /// <summary>A term that this one meets first.</summary>
    public static int Partner(SummationTree tree, int term) => tree.FirstLeaf(tree.Sibling(term));

    public static (int Term, float Value)[] Question(int term, int other) => [(term, Plain), (other, -Plain)];

    /// <summary>The format a term is added in: its node's, unless that is only a store at the end of a chain in fp32.</summary>
    private static NumericFormat? Accumulator(SummationTree tree, NumericFormat?[] formats, int term)
    {
        if (formats.Length == 0)
            return NumericFormat.Fp32;
        int node = tree.Parent(term);
        if (formats[node] is not (NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Tf32))
            return formats[node];
        int sibling = tree.Sibling(term);
        bool running = sibling >= tree.LeafCount ? formats[sibling] == formats[node] : node != tree.Root && formats[tree.Parent(node)] == formats[node];
        return running ? formats[node] : NumericFormat.Fp32;
    }

    private static void Ask(BoxCalls calls, OutputGroup group, SummationTree tree, int[] terms, int bits, TermRounding[] roundings, float[] answers)
    {
        float factor = Factor(bits);
        float remainder = MathF.ScaleB(1, -2 * bits);
        float[] first = SparseQuestions.Ask(calls, group, factor, [.. terms.Select(term => ((int, float)[])[(term, factor), (Partner(tree, term), -factor)])]);
        for (int index = 0; index < terms.Length; index++)
        {
            roundings[terms[index]] = first[index] == remainder ? TermRounding.Exact : first[index] == -remainder || first[index] == 0 ? TermRounding.Rounded : TermRounding.Unclear;
            if (bits == Fp32Bits)
                answers[terms[index]] = first[index];
        }

        int[] zero = [.. terms.Where((_, index) => first[index] == 0)];
        float[] second = SparseQuestions.Ask(calls, group, factor, [.. zero.Select(term => ((int, float)[])[(term, factor), (Partner(tree, term), -1)])]);
        for (int index = 0; index < zero.Length; index++)
            if (second[index] == MathF.ScaleB(1, -bits) + remainder)
                roundings[zero[index]] = TermRounding.Exact;
    }

    /// <summary>h of x = 1 + 2^-h: x fits the operand, and x * x does not fit the accumulator; 0 where no such x exists.</summary>
    private static int Bits(BlackBox box, NumericFormat? accumulator)
    {
        int bits = accumulator switch { NumericFormat.Fp32 or NumericFormat.Fp64 or NumericFormat.Tf32 => Fp32Bits, NumericFormat.Fp16 => Fp16Bits, NumericFormat.Bf16 => Bf16Bits, _ => 0 };
        return bits == Fp32Bits && !Applies(box) ? 0 : bits <= FormatLimits.Of(box.Operand).FractionBits ? bits : 0;
    }

    private static float Factor(int bits) => 1 + MathF.ScaleB(1, -bits);
}
