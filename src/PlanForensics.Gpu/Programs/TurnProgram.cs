using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Programs;

/// <summary>Slices that are added to the output one after the other: the order in which they take their turns, and what each is rounded to on arrival.</summary>
/// <remarks>The turns are the merge's order, whatever the order in which groups reach the turnstile: in order of slices, or an arrival permutation.</remarks>
internal sealed class TurnProgram
{
    private readonly SliceProgram _form;
    private readonly List<(int Slice, NumericFormat Staging)> _turns = [];

    private TurnProgram(SliceProgram form) => _form = form;

    /// <summary>Slices in the order of their turns, with the format that a slice's sum is stored in before it is added.</summary>
    public IReadOnlyList<(int Slice, NumericFormat Staging)> Turns => _turns;

    /// <summary>fp32, bf16 or fp16: the format of the running sum.</summary>
    public NumericFormat Accumulator => _form.Merge.Root!.Accumulator;

    /// <summary>Whether the first slice is added to +0.0.</summary>
    public bool StartsAtZero => _form.Merge.Root!.StartsAtZero;

    /// <summary>The slices of the turns as kernels read them, then the formats of the turns.</summary>
    public int[] Table
    {
        get
        {
            int[] slices = _form.Table;
            return [.. _turns.SelectMany(turn => slices[(3 * turn.Slice)..((3 * turn.Slice) + 3)]), .. _turns.Select(static turn => (int)turn.Staging)];
        }
    }

    /// <summary>The turns of a program's slices, or null with the reason why there are none.</summary>
    public static TurnProgram? Of(SliceProgram form, out string reason)
    {
        var program = new TurnProgram(form);
        ReductionChain root = form.Merge.Root!;
        reason = root switch
        {
            { Accumulator: not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16) } => $"slices are added in {NumericFormats.NameOf(root.Accumulator)}, which an output of 32 bits does not hold",
            { StoredAs: not null } => "the sum of the slices is stored before the epilogue",
            _ when !root.Items.All(item => program.TryAdd(item)) => "slices are not added one after the other",
            _ => "",
        };
        return reason.Length == 0 ? program : null;
    }

    private bool TryAdd(ReductionItem item)
    {
        if (item is ReductionSegment segment)
        {
            for (int index = 0; index < segment.Count; index++)
                _turns.Add((segment.Start + (index * segment.Stride), NumericFormat.Fp32));
            return true;
        }

        if (item is not ReductionChain { Accumulator: NumericFormat.Fp32, StartsAtZero: false, StoredAs: not NumericFormat.Fp64, Items: [ReductionSegment { Count: 1 } slice] } chain)
            return false;
        _turns.Add((slice.Start, chain.StoredAs ?? NumericFormat.Fp32));
        return true;
    }
}
