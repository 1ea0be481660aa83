using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// One accumulator that takes its items in order. The first item starts it (no addition) unless <see cref="StartsAtZero"/>.
/// </summary>
/// <remarks>
/// Arithmetic by <see cref="Accumulator"/>: <c>fp32</c> and <c>fp64</c> round each operation once, to nearest even. <c>bf16</c> and <c>fp16</c> do each operation in
/// binary32 (one rounding) and then round the result to the format (a second rounding), as CPU libraries do. <c>int32</c> is exact and wraps.
/// A finished chain is rounded to <see cref="StoredAs"/>, then (from an fp64 accumulator into a narrower one) to binary32, and enters its parent by one addition in the
/// parent's arithmetic. <see cref="StepKind.MulAdd"/> rounds its product to the accumulator's format, or to <see cref="ReductionStep.ProductFormat"/>; <see cref="StepKind.Fma"/> in a
/// bf16 or fp16 accumulator is a binary32 fma rounded to the format.
/// Bitwise: identical on every machine.
/// </remarks>
public sealed class ReductionChain : ReductionItem
{
    /// <summary>Creates a chain.</summary>
    /// <param name="accumulator">fp32, fp64, bf16, fp16 or int32.</param>
    /// <param name="items">At least one item, in order.</param>
    /// <param name="storedAs">Format in which the finished value is stored before anything reads it; null when it stays in the accumulator's format.</param>
    /// <param name="startsAtZero">Whether the accumulator starts at +0.0 and the first item is added to it.</param>
    /// <exception cref="ArgumentException">No items, or a format that cannot accumulate or store.</exception>
    public ReductionChain(NumericFormat accumulator, ImmutableArray<ReductionItem> items, NumericFormat? storedAs = null, bool startsAtZero = false)
    {
        if (items.IsDefaultOrEmpty)
            throw new ArgumentException("a chain takes at least one item", nameof(items));
        if (accumulator is not (NumericFormat.Fp32 or NumericFormat.Fp64 or NumericFormat.Bf16 or NumericFormat.Fp16 or NumericFormat.Int32))
            throw new ArgumentException($"expected an accumulator of fp32, fp64, bf16, fp16 or int32; got {NumericFormats.NameOf(accumulator)}", nameof(accumulator));
        if (storedAs is NumericFormat.Int8 or NumericFormat.Int32)
            throw new ArgumentException($"a partial result is stored as a floating-point format; got {NumericFormats.NameOf(storedAs.Value)}", nameof(storedAs));
        Accumulator = accumulator;
        Items = items;
        StoredAs = storedAs == accumulator ? null : storedAs;
        StartsAtZero = startsAtZero;
    }

    /// <summary>Format of the accumulator.</summary>
    public NumericFormat Accumulator { get; }

    /// <summary>The items, in the order in which they are taken.</summary>
    public ImmutableArray<ReductionItem> Items { get; }

    /// <summary>Format of the finished value in memory, or null for the accumulator's.</summary>
    public NumericFormat? StoredAs { get; }

    /// <summary>Whether the accumulator starts at +0.0 (it differs from a first-item start only when the result is a zero).</summary>
    public bool StartsAtZero { get; }

    /// <inheritdoc/>
    public override int TermCount
    {
        get
        {
            int count = 0;
            foreach (ReductionItem item in Items)
                count += item.TermCount;
            return count;
        }
    }

    /// <inheritdoc/>
    public override int FirstIndex
    {
        get
        {
            int first = int.MaxValue;
            foreach (ReductionItem item in Items)
                first = Math.Min(first, item.FirstIndex);
            return first;
        }
    }

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
}
