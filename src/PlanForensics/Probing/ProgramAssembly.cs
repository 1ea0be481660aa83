using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Probing;

/// <summary>Writes a tree and what is known of its arithmetic as chains. Throws <see cref="NotSupportedException"/>, with the reason, where chains cannot say it.</summary>
/// <remarks>
/// A node and the operand that it continues are one chain when both compute in one format and nothing is rounded between them; of two operands the one with more terms is continued, unless
/// the other is a term that is fused into it. Whatever is left of the choice does not change bits, and <see cref="ReductionProgram"/> writes it one way.
/// </remarks>
internal sealed class ProgramAssembly
{
    private readonly SummationTree _tree;
    private readonly GroupArithmetic _arithmetic;
    private readonly BlackBox _box;
    private readonly Func<IReadOnlyList<int>, IReadOnlyList<int>, int?>? _placeOfZero;
    private readonly NumericFormat[] _accumulators;
    private readonly bool _pairs;

    public ProgramAssembly(SummationTree tree, GroupArithmetic arithmetic, BlackBox box, Func<IReadOnlyList<int>, IReadOnlyList<int>, int?>? placeOfZero)
    {
        (_tree, _arithmetic, _box, _placeOfZero) = (tree, arithmetic, box, placeOfZero);
        _pairs = box.Operand == NumericFormat.Bf16 && arithmetic.FlushesSubnormals && tree.IsBinary;
        _accumulators = new NumericFormat[tree.NodeCount];
        for (int node = tree.LeafCount; node < tree.NodeCount; node++)
            _accumulators[node] = Accumulator(node);
    }

    public ReductionProgram Assemble(bool valuesStartAtZero)
    {
        ReductionChain root = _tree.LeafCount == 1
            ? new ReductionChain(NumericFormat.Fp32, [Term(0)], null, _placeOfZero?.Invoke([0], []) is not null)
            : Chain(_tree.Root, []);
        if (valuesStartAtZero)
            root = new ReductionChain(root.Accumulator, [new ReductionChain(root.Accumulator, root.Items, null, root.StartsAtZero)], root.StoredAs, true);
        return new ReductionProgram(_tree.LeafCount, root, _box.Operand, _box.Operand, [new EpilogueStep(EpilogueKind.Round, _box.Output)]);
    }

    private ReductionChain Chain(int top, IReadOnlyList<int> after)
    {
        NumericFormat accumulator = _accumulators[top];
        List<int[]> entries = Entries(top, accumulator);
        int[] own = _placeOfZero is null ? [] : [.. entries.Where(entry => entry.Length == 1 && IsTerm(entry[0])).Select(entry => entry[0])];
        HashSet<int> lone = LoneStarts(own, after);
        own = [.. own.Where(term => !lone.Contains(term))];
        int? place = own.Length > 0 ? _placeOfZero!(own, after) : null;
        var items = new List<ReductionItem>();
        var run = new List<int>(); // single terms taken one after the other
        int taken = 0;
        foreach (int[] entry in entries)
        {
            if (entry.Length == 1 && lone.Contains(entry[0]))
            {
                Flush(items, run);
                items.Add(new ReductionChain(accumulator, [new ReductionSegment(ReductionStep.Fma, entry[0], 1, 1)], null, true));
            }
            else if (entry.Length == 1 && IsTerm(entry[0]) && _arithmetic.Dot is null)
            {
                if (place > 0 && taken == place)
                {
                    Flush(items, run);
                    items = [new ReductionChain(accumulator, [new ReductionChain(accumulator, [.. items])], null, true)];
                }

                bool fusedToZero = place == 0 && taken == 0 && items.Count == 0;
                taken++;
                if (fusedToZero)
                    items.Add(new ReductionSegment(ReductionStep.Fma, entry[0], 1, 1));
                else
                    run.Add(entry[0]);
            }
            else if (IsTerm(entry[0]))
            {
                Block(items, entry);
            }
            else
            {
                Flush(items, run);
                ReductionChain sum = Chain(entry[0], _placeOfZero is null ? [] : [.. own.Skip(taken), .. after]);
                bool starts = items.Count == 0 && sum.StoredAs == accumulator; // starting the accumulator rounds to its format anyway
                items.Add(starts ? new ReductionChain(sum.Accumulator, sum.Items, null, sum.StartsAtZero) : sum);
            }
        }

        Flush(items, run);
        return new ReductionChain(accumulator, [.. items], Stored(top) == accumulator ? null : Stored(top), place == 0);
    }

    /// <summary>Terms that are a chain of their own from +0.0, such as a lane that takes one term: their rounded products are +0 for an exact zero, and -0 when they underflow.</summary>
    private HashSet<int> LoneStarts(int[] own, IReadOnlyList<int> after)
    {
        HashSet<int> lone = [];
        for (int index = 1; index < own.Length; index++)
            if (_arithmetic.Terms[own[index]] == TermRounding.Rounded
                && _placeOfZero!([own[index]], [.. own.Skip(index + 1).Where(term => _arithmetic.Terms[term] != TermRounding.Rounded), .. after]) is not null)
                lone.Add(own[index]);
        return lone;
    }

    private bool IsTerm(int node) => node < _tree.LeafCount;

    /// <summary>What one accumulator takes, in order: a term, the terms of one fused block, or a finished sum.</summary>
    private List<int[]> Entries(int top, NumericFormat accumulator)
    {
        List<int> spine = Spine(top, accumulator, out int bottom);
        var entries = new List<int[]>();
        bool pending = IsTerm(bottom) && _arithmetic.Dot is not null; // the first terms of a matrix unit's chain are part of its first block
        if (!pending)
            entries.Add([bottom]);
        for (int index = spine.Count - 1; index >= 0; index--)
        {
            int below = index == spine.Count - 1 ? bottom : spine[index + 1];
            int[] others = [.. _tree.Children(spine[index]).Where(child => child != below)];
            if (!others.All(IsTerm) && others.Length > 1)
                throw new NotSupportedException($"one addition takes {others.Length + 1} operands of which more than one is itself a sum");
            if (others.Length > 1 && _arithmetic.Dot is null)
                throw new NotSupportedException(_arithmetic.DotReason);
            if (pending && others.All(IsTerm))
                others = [bottom, .. others];
            else if (pending)
                entries.Add([bottom]);
            pending = false;
            entries.Add(others);
        }

        return entries;
    }

    /// <summary>The nodes from the top down that are one accumulator, and what is below the last.</summary>
    private List<int> Spine(int top, NumericFormat accumulator, out int bottom)
    {
        var spine = new List<int> { top };
        bottom = Continued(top);
        while (bottom >= _tree.LeafCount && _accumulators[bottom] == accumulator && Stored(bottom) == accumulator)
        {
            spine.Add(bottom);
            bottom = Continued(bottom);
        }

        return spine;
    }

    private int Continued(int node)
    {
        ImmutableArray<int> children = _tree.Children(node);
        int[] sums = [.. children.Where(child => child >= _tree.LeafCount)];
        if (sums.Length > 0)
            return sums.OrderByDescending(_tree.Leaves).ThenBy(_tree.FirstLeaf).First();
        if (_pairs)
            return children[^1]; // the second product of a pair goes first
        return children.Length == 2 && _arithmetic.Terms[children[0]] == TermRounding.Exact ? children[1] : children[0];
    }

    /// <summary>One block of a matrix unit.</summary>
    private void Block(List<ReductionItem> items, int[] terms)
    {
        int[] block = [.. terms.Order()];
        int stride = block.Length > 1 ? block[1] - block[0] : 1;
        for (int index = 1; index < block.Length; index++)
            if (block[index] - block[index - 1] != stride)
                throw new NotSupportedException($"a fused addition takes the terms {string.Join(" ", block)}, which are no progression");
        items.Add(new ReductionSegment(_arithmetic.Dot!.Value, block[0], stride, block.Length));
    }

    private void Flush(List<ReductionItem> items, List<int> run)
    {
        for (int index = 0; index < run.Count; index++)
        {
            if (_pairs && index + 1 < run.Count)
            {
                items.Add(new ReductionSegment(ReductionStep.Bf16Pair, run[index + 1], run[index] - run[index + 1], 2));
                index++;
            }
            else
            {
                items.Add(Term(run[index]));
            }
        }

        run.Clear();
    }

    private ReductionSegment Term(int term)
    {
        if (!_box.HasProducts)
            return new ReductionSegment(ReductionStep.Add, term, 1, 1);
        if (_arithmetic.Dot is { } dot)
            return new ReductionSegment(dot, term, 1, 1);
        if (_pairs)
            return new ReductionSegment(ReductionStep.Bf16Pair, term, 1, 1);
        NumericFormat accumulator = _tree.LeafCount == 1 ? NumericFormat.Fp32 : _accumulators[_tree.Parent(term)];
        return _arithmetic.Terms[term] switch
        {
            TermRounding.Rounded when accumulator == NumericFormat.Fp64 => new ReductionSegment(ReductionStep.MulAddProduct(NumericFormat.Fp32), term, 1, 1),
            TermRounding.Rounded => new ReductionSegment(ReductionStep.MulAdd, term, 1, 1),
            _ => new ReductionSegment(ReductionStep.Fma, term, 1, 1),
        };
    }

    /// <summary>
    /// The format that a node computes in: the widest it takes or gives. A running total that is kept in bf16 or fp16 from one addition to the next is an accumulator of that format, whose
    /// additions are in binary32 too.
    /// </summary>
    private NumericFormat Accumulator(int node)
    {
        NumericFormat format = Stored(node);
        NumericFormat[] operands = [.. _tree.Children(node).Where(child => !IsTerm(child)).Select(Stored)];
        int continued = Continued(node);
        bool running = format is NumericFormat.Bf16 or NumericFormat.Fp16 && !IsTerm(continued) && Stored(continued) == format && !operands.Contains(NumericFormat.Fp64);
        return running ? format : Wider(format, operands);
    }

    private NumericFormat Stored(int node)
    {
        if (_arithmetic.Nodes.Length == 0)
            return NumericFormat.Fp32;
        NumericFormat? format = _arithmetic.Nodes[node];
        if (_arithmetic.Dot is { Rounding: DotRounding.NearestEvenFp16 } && _tree.Children(node).Any(child => child < _tree.LeafCount))
            return NumericFormat.Fp16;
        if (node == _tree.Root && _box.Output != NumericFormat.Fp32 && (format is null || format == _box.Output))
            return Hidden(node); // the output's own rounding hides the root's
        if (_arithmetic.Dot is { Rounding: DotRounding.TowardZeroE8M13 } && format is NumericFormat.Fp16 or NumericFormat.Tf32)
            return NumericFormat.Fp32; // 13 fraction bits, stored as binary32
        return format ?? throw new NotSupportedException($"the value of the terms {_tree.FirstLeaf(node)} and further is held in no format of the plan vocabulary (a compensated sum?)");
    }

    /// <summary>The root's format where it cannot be seen: that of the chain it continues, if that is kept in the output's format, else fp32.</summary>
    private NumericFormat Hidden(int root)
    {
        int[] sums = [.. _tree.Children(root).Where(child => child >= _tree.LeafCount)];
        return sums.Length > 0 && _accumulators[sums.MaxBy(_tree.Leaves)] == _box.Output ? _box.Output : NumericFormat.Fp32;
    }

    private static NumericFormat Wider(NumericFormat format, NumericFormat[] operands)
    {
        if (format == NumericFormat.Tf32)
            format = NumericFormat.Fp32; // a store, never an accumulator
        foreach (NumericFormat operand in operands)
        {
            if (operand == NumericFormat.Fp64 || (operand == NumericFormat.Fp32 && format != NumericFormat.Fp64))
                format = operand;
            else if (operand != format && format is NumericFormat.Bf16 or NumericFormat.Fp16)
                format = NumericFormat.Fp32; // fp16 beside bf16
        }

        return format;
    }
}
