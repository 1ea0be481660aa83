using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Programs;

/// <summary>A program seen as sums of successive terms in binary32 and a smaller program that merges those sums: what a workspace and an ordered second kernel compute.</summary>
/// <remarks>
/// Every chain whose terms are successive becomes one term of the merge, in the order of its first index; where a chain begins with such terms and goes on with finished sub-chains, its beginning
/// does. A program with any other item has no such form. The merge keeps each store, accumulator and order, so it runs to the program's bits.
/// </remarks>
internal sealed class SliceProgram
{
    private readonly List<(int Start, int Count, bool StartsAtZero)> _slices = [];

    private SliceProgram(StepKind step) => Step = step;

    /// <summary>Whether products are fused with their sums.</summary>
    public StepKind Step { get; }

    /// <summary>First term, terms and whether the sum starts at +0.0, a slice.</summary>
    public IReadOnlyList<(int Start, int Count, bool StartsAtZero)> Slices => _slices;

    /// <summary>The merge over the slices' sums, epilogue included.</summary>
    public ReductionProgram Merge { get; private set; } = null!;

    /// <summary>Whether the one slice's sum is the program's, up to the epilogue.</summary>
    public bool IsPlain => Merge.Root is { StoredAs: null, StartsAtZero: false, Accumulator: NumericFormat.Fp32, Items: [ReductionSegment { Count: 1 }] };

    /// <summary>The slices as the integers that kernels read.</summary>
    public int[] Table => [.. _slices.SelectMany(static slice => new[] { slice.Start, slice.Count, slice.StartsAtZero ? 1 : 0 })];

    /// <summary>The form of a program, or null where it has none.</summary>
    public static SliceProgram? Of(ReductionProgram program)
    {
        if (program.Root is not { } root || FirstStep(root) is not { Kind: StepKind.Fma or StepKind.MulAdd, ProductFormat: null or NumericFormat.Fp32 } step)
            return null;
        var form = new SliceProgram(step.Kind);
        if (form.Convert(root) is not { } merged)
            return null;
        form.Merge = new ReductionProgram(form._slices.Count, merged, NumericFormat.Fp32, NumericFormat.Fp32, program.Epilogue);
        return form;
    }

    private static ReductionStep? FirstStep(ReductionChain chain) => chain.Items[0] is ReductionSegment segment ? segment.Step : FirstStep((ReductionChain)chain.Items[0]);

    private ReductionChain? Convert(ReductionChain chain)
    {
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        int index = 0;
        bool startsAtZero = chain.StartsAtZero;
        if (chain.Items[0] is ReductionSegment)
        {
            if (chain.Accumulator != NumericFormat.Fp32 || TakeRun(chain, ref index) is not { } slice)
                return null;
            items.Add(slice);
            startsAtZero = false;
        }

        for (; index < chain.Items.Length; index++)
        {
            if (chain.Items[index] is not ReductionChain inner || Convert(inner) is not { } converted)
                return null;
            items.Add(converted);
        }

        return new ReductionChain(chain.Accumulator, items.ToImmutable(), chain.StoredAs, startsAtZero);
    }

    /// <summary>The successive terms at a chain's beginning, as one term of the merge.</summary>
    private ReductionSegment? TakeRun(ReductionChain chain, ref int index)
    {
        int start = ((ReductionSegment)chain.Items[0]).Start;
        int next = start;
        while (index < chain.Items.Length && chain.Items[index] is ReductionSegment segment)
        {
            // The step of a lone first product does not matter: nothing is added to it.
            bool same = segment.Step.Kind == Step || (index == 0 && segment.Count == 1 && !chain.StartsAtZero && segment.Step.Kind is StepKind.Fma or StepKind.MulAdd);
            if (!same || segment.Step.ProductFormat is not (null or NumericFormat.Fp32) || segment.Start != next || (segment.Count > 1 && segment.Stride != 1))
                return null;
            next += segment.Count;
            index++;
        }

        _slices.Add((start, next - start, chain.StartsAtZero));
        return new ReductionSegment(ReductionStep.Add, _slices.Count - 1, 1, 1);
    }
}
