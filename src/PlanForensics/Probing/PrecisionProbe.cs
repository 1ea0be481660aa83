using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>
/// Asks for every inner node with what precision its value enters the next addition: two terms that meet there hold 1 and 2^-t, one that joins next holds -1; 2^-t survives exactly where the
/// value was held with t fraction bits at least. 24 bits and more are a wider accumulator (fp64), fewer than 23 a value that was stored narrower.
/// </summary>
internal static class PrecisionProbe
{
    /// <summary>The format each inner node's value is held in when it is next read; null where no known format fits. The root's is read off the output, up to the output's format.</summary>
    /// <param name="calls">The box.</param>
    /// <param name="group">The outputs asked.</param>
    /// <param name="tree">Their tree.</param>
    /// <param name="tenBits">What ten fraction bits are: fp16, or tf32 where larger values than fp16 holds have passed.</param>
    public static NumericFormat?[] Run(BoxCalls calls, OutputGroup group, SummationTree tree, NumericFormat tenBits)
    {
        var formats = new NumericFormat?[tree.NodeCount];
        int[] nodes = [.. Enumerable.Range(tree.LeafCount, tree.NodeCount - tree.LeafCount)];
        bool[] fp32 = Survives(calls, group, tree, nodes, 23);
        int[] single = [.. nodes.Where((_, index) => fp32[index])];
        int[] narrow = [.. nodes.Where((_, index) => !fp32[index])];
        bool[] more = Survives(calls, group, tree, single, 24);
        int[] wide = [.. single.Where((_, index) => more[index])];
        bool[] much = Survives(calls, group, tree, wide, 30);
        foreach (int node in single)
            formats[node] = NumericFormat.Fp32;
        for (int index = 0; index < wide.Length; index++)
            formats[wide[index]] = much[index] ? NumericFormat.Fp64 : null; // a little more than fp32 is no format: a compensated sum
        bool[] half = Survives(calls, group, tree, narrow, 10);
        bool[] brain = Survives(calls, group, tree, narrow, 7);
        for (int index = 0; index < narrow.Length; index++)
            formats[narrow[index]] = half[index] ? tenBits : brain[index] ? NumericFormat.Bf16 : null;
        return formats;
    }

    /// <summary>Formats with too small a range for the questions are not asked; nor is the root where the output rounds more than the question.</summary>
    public static bool Applies(BlackBox box) =>
        box.Operand is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Tf32 or NumericFormat.Fp16 && box.Output is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16;

    private static bool[] Survives(BoxCalls calls, OutputGroup group, SummationTree tree, int[] nodes, int bits)
    {
        float one = calls.Box.Operand == NumericFormat.Fp16 ? MathF.ScaleB(1, 15) : 1;
        float small = MathF.ScaleB(one, -bits);
        float[] answers = SparseQuestions.Ask(calls, group, 1, [.. nodes.Select(node => Question(tree, node, one, small))]);
        return [.. nodes.Select((node, index) => node == tree.Root ? answers[index] == one + small && one + small != one : answers[index] == small)];
    }

    private static (int Term, float Value)[] Question(SummationTree tree, int node, float one, float small)
    {
        (int Term, float Value) first = (tree.FirstLeaf(tree.Children(node)[0]), one);
        (int Term, float Value) second = (tree.FirstLeaf(tree.Children(node)[1]), small);
        return node == tree.Root ? [first, second] : [first, second, (tree.FirstLeaf(tree.Sibling(node)), -one)];
    }
}
