using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>
/// Asks a fused addition for its alignment bits F and its rounding. F: terms 1, -1 and 2^-t of one block leave 2^-t as long as t is at most F. Rounding: 1 + 1 + 2^-(s-1) + 2^-s is
/// 2 + 3 * 2^-s, which truncation to 23 or 13 fraction bits and rounding to nearest even binary16 tell apart at s = min(F, 23) and s = 11; a term of -2 that is added later shows it whatever the
/// output's format is. "1" is as large as the format allows, and a box with one output puts half of each exponent into either operand.
/// </summary>
internal sealed class FusedStepProbe
{
    private const int LargestAlignment = 40;
    private readonly BoxCalls _calls;
    private readonly OutputGroup _group;
    private readonly int[] _block;
    private readonly int? _later;
    private readonly bool _twoSided;
    private readonly int _largest;
    private readonly int _smallest;

    private FusedStepProbe(BoxCalls calls, OutputGroup group, int[] block, int? later)
    {
        (_calls, _group, _block, _later) = (calls, group, block, later);
        FormatLimits limits = FormatLimits.Of(calls.Box.Operand);
        bool small = calls.Box.Operand is NumericFormat.Fp16 or NumericFormat.Fp8E4M3 or NumericFormat.Fp8E5M2;
        _twoSided = small && calls.Box is { HasProducts: true, Rows: 1, Columns: 1 };
        int range = small ? Math.ILogB(limits.MaxFinite) - 1 : 0;
        _largest = _twoSided && calls.Box.Output == NumericFormat.Fp32 ? 2 * range : range;
        _smallest = (_twoSided ? 2 : 1) * limits.MinQuantum;
    }

    /// <summary>The step, or null with the reason where no step of the plan vocabulary gives these answers.</summary>
    public static ReductionStep? Run(BoxCalls calls, OutputGroup group, SummationTree tree, out string reason)
    {
        (int node, int[] block) = Enumerable.Range(tree.LeafCount, tree.NodeCount - tree.LeafCount)
            .Select(node => (node, tree.Children(node).Where(child => child < tree.LeafCount).ToArray()))
            .MaxBy(item => item.Item2.Length); // the first of the longest: not the root where there are several
        if (block.Length is >= 4 and <= 64)
            return new FusedStepProbe(calls, group, block, node == tree.Root ? null : tree.FirstLeaf(tree.Sibling(node))).Step(out reason);
        reason = $"a fused addition takes {block.Length} terms; four are needed to ask for its alignment and rounding, and no matrix unit takes more than 64";
        return null;
    }

    private ReductionStep? Step(out string reason)
    {
        reason = "";
        int limit = Math.Min(LargestAlignment, _largest - _smallest);
        int bits = Alignment(limit);
        DotRounding? rounding = bits < 10 ? null : Rounding(bits);
        if (rounding is { } known)
        {
            if (bits < limit || limit == LargestAlignment)
                return ReductionStep.Dot(_block.Length, bits, known);
            ReductionStep[] units = [.. TensorCoreCatalog.All.Where(model => model.Operand == _calls.Box.Operand).Select(model => model.Step).Distinct()
                .Where(step => step.BlockLength == _block.Length && step.Rounding == known && step.AlignmentBits >= bits)];
            if (units.Length == 1)
                return units[0]; // the format's range ends before the alignment does: the one unit that keeps as many bits
        }

        reason = $"a fused addition of {_block.Length} terms keeps {bits} fraction bits at alignment{(bits == limit ? " at least" : "")} and rounds as no matrix unit of the plan vocabulary does";
        return null;
    }

    /// <summary>The largest t that survives; survival is monotone.</summary>
    private int Alignment(int limit)
    {
        int low = 0;
        int high = limit + 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Ask((_block[0], _largest, 1), (_block[1], _largest, -1), (_block[2], _largest - middle, 1)) == MathF.ScaleB(1, _largest - middle))
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private DotRounding? Rounding(int bits)
    {
        int one = _calls.Box.Output == NumericFormat.Fp16 ? 0 : _largest - 1; // 2^15 and more would leave binary16
        int[] places = [.. ((int[])[Math.Min(bits, 23), 11]).Select(place => Math.Min(place, one - _smallest))];
        float[] answers = [.. places.Select(place => Ask(Question(one, place)))];
        foreach (DotRounding rounding in (DotRounding[])[DotRounding.TowardZeroFp32, DotRounding.TowardZeroE8M13, DotRounding.NearestEvenFp16])
        {
            bool fits = true;
            for (int index = 0; index < places.Length; index++)
            {
                double sum = Expected(Math.ScaleB(2 + (3 * Math.ScaleB(1, -places[index])), one), one, rounding) - (_later is null ? 0 : Math.ScaleB(2, one));
                fits &= Numerics.Rounding.ToFormat(sum, _calls.Box.Output) == answers[index];
            }

            if (fits)
                return rounding;
        }

        return null;
    }

    private (int Term, int Exponent, int Sign)[] Question(int one, int place)
    {
        (int Term, int Exponent, int Sign)[] sum = [(_block[0], one, 1), (_block[1], one, 1), (_block[2], one + 1 - place, 1), (_block[3], one - place, 1)];
        return _later is { } term ? [.. sum, (term, one + 1, -1)] : sum;
    }

    private static double Expected(double exact, int one, DotRounding rounding)
    {
        if (rounding == DotRounding.NearestEvenFp16)
            return Numerics.Rounding.ToFormat(exact, NumericFormat.Fp16);
        double place = Math.ScaleB(1, one - (rounding == DotRounding.TowardZeroFp32 ? 22 : 12)); // the sum lies in [2, 4) times "1"
        return Math.Floor(exact / place) * place;
    }

    /// <summary>Powers of two, in one operand or spread over both.</summary>
    private float Ask(params (int Term, int Exponent, int Sign)[] powers)
    {
        if (!_twoSided)
            return SparseQuestions.Ask(_calls, _group, 1, [.. powers.Select(power => (power.Term, power.Sign * MathF.ScaleB(1, power.Exponent)))]);
        _calls.Fill(1, 0);
        foreach ((int term, int exponent, int sign) in powers)
        {
            _calls.SetPlain(term, MathF.ScaleB(1, exponent >> 1));
            _calls.Set(0, term, sign * MathF.ScaleB(1, exponent - (exponent >> 1)));
        }

        _calls.Call();
        return _calls.Output(0, 0);
    }
}
