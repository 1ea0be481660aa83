using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>
/// Asks a fused addition for its alignment bits F and its rounding. F: terms 1, -1 and 2^-t of one block leave 2^-t as long as t is at most F. Rounding: 1 + 1 + 2^-(s-1) + 2^-s is
/// 2 + 3 * 2^-s, which truncation to 23 or 13 fraction bits and rounding to nearest even binary16 tell apart at s = min(F, 23) and s = 11; a term of -2 that is added later shows it whatever the
/// output's format is.
/// </summary>
internal static class FusedStepProbe
{
    /// <summary>The step, or null with the reason where no step of the plan vocabulary gives these answers.</summary>
    public static ReductionStep? Run(BoxCalls calls, OutputGroup group, SummationTree tree, out string reason)
    {
        reason = "";
        (int node, int[] block) = Enumerable.Range(tree.LeafCount, tree.NodeCount - tree.LeafCount)
            .Select(node => (node, tree.Children(node).Where(child => child < tree.LeafCount).ToArray()))
            .MaxBy(item => item.Item2.Length); // the first of the longest: not the root where there are several
        if (block.Length < 4)
        {
            reason = $"a fused addition takes {block.Length} terms; four are needed to ask for its alignment and rounding";
            return null;
        }

        (float one, float plain) = Scale(calls.Box.Operand);
        int bits = Alignment(calls, group, block, one, plain);
        DotRounding? rounding = bits < 10 ? null : Rounding(calls, group, block, node == tree.Root ? null : tree.FirstLeaf(tree.Sibling(node)), bits);
        if (rounding is { } known)
            return ReductionStep.Dot(Math.Min(64, block.Length), bits, known);
        reason = $"a fused addition of {block.Length} terms keeps {bits} fraction bits at alignment and rounds as no matrix unit of the plan vocabulary does";
        return null;
    }

    /// <summary>What "1" is, so that a term as small as the format allows can be set against it.</summary>
    private static (float One, float Plain) Scale(NumericFormat operand) => operand switch
    {
        NumericFormat.Fp16 => (MathF.ScaleB(1, 14), 1),
        NumericFormat.Fp8E5M2 => (MathF.ScaleB(1, 14), 1),
        NumericFormat.Fp8E4M3 => (MathF.ScaleB(1, 7), 1),
        _ => (1, 1),
    };

    /// <summary>The largest t that survives; survival is monotone.</summary>
    private static int Alignment(BoxCalls calls, OutputGroup group, int[] block, float one, float plain)
    {
        int low = 0;
        int high = Math.Min(41, Depth(calls.Box.Operand, one) + 1);
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            float small = MathF.ScaleB(one, -middle);
            float answer = SparseQuestions.Ask(calls, group, plain, (block[0], one), (block[1], -one), (block[2], small));
            if (answer == small)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private static DotRounding? Rounding(BoxCalls calls, OutputGroup group, int[] block, int? later, int bits)
    {
        float one = calls.Box.Operand == NumericFormat.Fp16 ? 1 : Scale(calls.Box.Operand).One; // 2^15 and more would leave binary16
        int[] places = [.. ((int[])[Math.Min(bits, 23), 11]).Select(place => Math.Min(place, Depth(calls.Box.Operand, one)))];
        float[] answers = SparseQuestions.Ask(calls, group, 1, [.. places.Select(place => Question(block, later, one, place))]);
        foreach (DotRounding rounding in (DotRounding[])[DotRounding.TowardZeroFp32, DotRounding.TowardZeroE8M13, DotRounding.NearestEvenFp16])
        {
            bool fits = true;
            for (int index = 0; index < places.Length; index++)
            {
                double sum = Expected(one * (2 + (3 * Math.ScaleB(1, -places[index]))), one, rounding) - (later is null ? 0 : 2 * one);
                fits &= Numerics.Rounding.ToFormat(sum, calls.Box.Output) == answers[index];
            }

            if (fits)
                return rounding;
        }

        return null;
    }

    private static (int Term, float Value)[] Question(int[] block, int? later, float one, int place)
    {
        (int Term, float Value)[] sum = [(block[0], one), (block[1], one), (block[2], MathF.ScaleB(one, 1 - place)), (block[3], MathF.ScaleB(one, -place))];
        return later is { } term ? [.. sum, (term, -2 * one)] : sum;
    }

    private static double Expected(double exact, float one, DotRounding rounding)
    {
        if (rounding == DotRounding.NearestEvenFp16)
            return Numerics.Rounding.ToFormat(exact, NumericFormat.Fp16);
        double place = Math.ScaleB(one, rounding == DotRounding.TowardZeroFp32 ? -22 : -12); // the sum lies in [2, 4)
        return Math.Floor(exact / place) * place;
    }

    /// <summary>Binary orders from "1" down to the smallest value of the format.</summary>
    private static int Depth(NumericFormat operand, float one) => Math.ILogB(one) - FormatLimits.Of(operand).MinQuantum;
}
