using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// One accumulator that takes its items in order. The first item starts it (no addition) unless <see cref="StartsAtZero"/>.
/// </summary>
/// <remarks>
/// <para>Arithmetic by <see cref="Accumulator"/>: <c>fp32</c> and <c>fp64</c> round each operation once, to nearest even. <c>bf16</c> and <c>fp16</c> do each operation in
/// binary32 (one rounding) and then round the result to the format (a second rounding), as CPU libraries do. <c>int32</c> is exact and wraps.
/// A finished chain is rounded to <see cref="StoredAs"/>, then (from fp64 into a narrower accumulator) to binary32, and enters its parent by one addition in the
/// parent's arithmetic; as a first item its value is rounded to the parent's format. <see cref="StepKind.MulAdd"/> rounds its product to the accumulator's format
/// (bf16 and fp16: to binary32, then to the format), or to <see cref="ReductionStep.ProductFormat"/>; <see cref="StepKind.Fma"/> in a bf16 or fp16 accumulator is a binary32 fma
/// rounded to the format. A first product is rounded as <see cref="StepKind.MulAdd"/> rounds it and then to the accumulator's format.</para>
/// <para>A matrix unit (<see cref="StepKind.Dot"/>) always adds to an accumulator: a block that comes first is added to +0.0. Blocks, and the pairs of
/// <see cref="StepKind.Bf16Pair"/>, are counted from the start of their segment; a last block may be short, a last unpaired term is taken alone. A pair flushes
/// its accumulator, its inputs and each result; hardware whose registers start at zero has <see cref="StartsAtZero"/>.</para>
/// <para>A value that is an exact zero has IEEE 754's sign (+0.0 unless every operand of the addition is -0). Bitwise: identical on every machine.
/// Source: docs/plan-semantics.md.</para>
/// </remarks>
public sealed class ReductionChain : ReductionItem
{
    /// <summary>Creates a chain.</summary>
    /// <param name="accumulator">fp32, fp64, bf16, fp16 or int32.</param>
    /// <param name="items">At least one item, in order.</param>
    /// <param name="storedAs">Format in which the finished value is stored before anything reads it; null when it stays in the accumulator's format.</param>
    /// <param name="startsAtZero">Whether the accumulator starts at +0.0 and the first item is added to it.</param>
    /// <exception cref="ArgumentException">No items, a format that cannot accumulate or store, more than 2^24 terms, or chains nested deeper than 64.</exception>
    public ReductionChain(NumericFormat accumulator, ImmutableArray<ReductionItem> items, NumericFormat? storedAs = null, bool startsAtZero = false)
    {
        if (items.IsDefaultOrEmpty)
            throw new ArgumentException("a chain takes at least one item", nameof(items));
        if (accumulator is not (NumericFormat.Fp32 or NumericFormat.Fp64 or NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Int32))
            throw new ArgumentException($"expected an accumulator of fp32, fp64, bf16, fp16 or int32; got {NumericFormats.NameOf(accumulator)}", nameof(accumulator));
        if (storedAs is NumericFormat.Int8 or NumericFormat.Int32)
            throw new ArgumentException($"expected a partial result stored as fp32, fp64, tf32, bf16, fp16 or fp8; got {NumericFormats.NameOf(storedAs.Value)}", nameof(storedAs));
        Accumulator = accumulator;
        Items = items;
        StoredAs = storedAs == accumulator ? null : storedAs;
        StartsAtZero = startsAtZero;
        (TermCount, FirstIndex, ItemCount, Nesting) = Measure(items);
    }

    /// <summary>Format of the accumulator.</summary>
    public NumericFormat Accumulator { get; }

    /// <summary>The items, in the order in which they are taken.</summary>
    public ImmutableArray<ReductionItem> Items { get; }

    /// <summary>Format of the finished value in memory, or null for the accumulator's.</summary>
    public NumericFormat? StoredAs { get; }

    /// <summary>Whether the accumulator starts at +0.0 (where no product underflows it differs from a first-item start only in the sign of a zero).</summary>
    public bool StartsAtZero { get; }

    /// <inheritdoc/>
    public override int TermCount { get; }

    /// <inheritdoc/>
    public override int FirstIndex { get; }

    /// <summary>Format of the finished value.</summary>
    internal NumericFormat FinishedFormat => StoredAs ?? Accumulator;

    /// <summary>Levels of chains, this one included.</summary>
    internal int Nesting { get; }

    internal override int ItemCount { get; }

    /// <inheritdoc/>
    public override ReductionItem Shift(int distance) => ShiftChain(distance);

    /// <summary>The same chain over terms moved by a distance.</summary>
    /// <param name="distance">Added to every term index.</param>
    /// <returns>The moved chain.</returns>
    public ReductionChain ShiftChain(int distance) =>
        new(Accumulator, [.. Items.Select(item => item.Shift(distance))], StoredAs, StartsAtZero);

    internal override bool IsShiftOf(ReductionItem other, int distance)
    {
        if (other is not ReductionChain chain || chain.Accumulator != Accumulator || chain.StoredAs != StoredAs
            || chain.StartsAtZero != StartsAtZero || chain.Items.Length != Items.Length)
            return false;
        for (int index = 0; index < Items.Length; index++)
            if (!Items[index].IsShiftOf(chain.Items[index], distance))
                return false;
        return true;
    }

    private static (int Terms, int First, int Items, int Nesting) Measure(ImmutableArray<ReductionItem> items)
    {
        long terms = 0;
        long nodes = 1;
        int first = int.MaxValue;
        int nesting = 0;
        foreach (ReductionItem item in items)
        {
            terms += item.TermCount;
            nodes += item.ItemCount;
            first = Math.Min(first, item.FirstIndex);
            nesting = Math.Max(nesting, item is ReductionChain chain ? chain.Nesting : 0);
        }

        if (terms > ReductionLimits.LargestIndex || nodes > ReductionLimits.MostItems)
            throw new ArgumentException($"a chain takes at most {ReductionLimits.LargestIndex} terms in {ReductionLimits.MostItems} items; got {terms} in {nodes}", nameof(items));
        if (nesting >= ReductionLimits.DeepestNesting)
            throw new ArgumentException($"chains are nested at most {ReductionLimits.DeepestNesting} deep", nameof(items));
        return ((int)terms, first, (int)nodes, nesting + 1);
    }
}
