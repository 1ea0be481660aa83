using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The items an accumulator has taken so far, in canonical order. Adding a finished value commutes, so of the two operands of each such addition the one with
/// more terms comes first (among equals the one with the smaller index); that bounds the nesting by the logarithm of the number of terms.
/// </summary>
internal sealed class ChainPrefix(NumericFormat accumulator, bool startsAtZero, ReductionArithmetic arithmetic)
{
    private List<ReductionItem> _items = [];
    private bool _zero = startsAtZero;
    private long _terms;
    private int _first = int.MaxValue;

    public void Take(ReductionSegment segment)
    {
        ReductionStep step = arithmetic.Canonical(segment.Step, accumulator);
        if (step.TermsPerStep > 1 || step.Kind == StepKind.Dot)
        {
            if (_items.Count == 0 && step.Kind == StepKind.Dot)
                _zero = false; // a matrix unit adds its first block to +0.0 anyway
            Append(new ReductionSegment(step, segment.Start, segment.Stride, segment.Count));
            return;
        }

        int taken = 0;
        for (; taken < segment.Count && _terms < 2; taken++)
            TakeTerm(new ReductionSegment(step, segment.Start + (taken * segment.Stride), 1, 1));
        if (taken < segment.Count)
            Append(new ReductionSegment(step, segment.Start + (taken * segment.Stride), segment.Stride, segment.Count - taken));
    }

    public void Take(ReductionChain inner)
    {
        if (_items.Count == 0 && !_zero && IsPrefix(inner))
            Adopt(inner);
        else
            Add(AsAddend(inner));
    }

    public ReductionChain ToChain(NumericFormat? storedAs) =>
        new(accumulator, TermRun.Join(_items, accumulator, _zero, arithmetic), storedAs, _zero);

    private void TakeTerm(ReductionSegment term)
    {
        if (arithmetic.IsAddend(term.Step, accumulator))
            Add(term);
        else
            Append(term);
    }

    private void Add(ReductionItem addend)
    {
        if (_items.Count == 0)
        {
            Append(addend);
            return;
        }

        bool addendFirst = ComesBefore(addend.TermCount, addend.FirstIndex, _terms, _first) && StartsExactly(addend);
        ReductionItem? lone = _items.Count == 1 && _items[0] is ReductionChain or ReductionSegment { Count: 1 } ? _items[0] : null;
        ReductionItem? single = lone is not null && !_zero ? SingleValue(lone) : null;
        if (_zero && lone is not null && IsFinishedValue(lone) && StartsExactly(lone) && StartsExactly(addend))
        {
            // (+0 + a) + b = (+0 + b) + a, also where a or b is -0.
            Restart(true, addendFirst ? [addend, lone] : [lone, addend]);
        }
        else if (single is not null && ZeroPlusValue(addend) is { } value)
        {
            // x + (+0 + a) = (+0 + x) + a.
            Restart(true, ComesBefore(value.TermCount, value.FirstIndex, _terms, _first) ? [value, single] : [single, value]);
        }
        else if (addendFirst)
        {
            ReductionItem former = single ?? AsAddend(ToChain(null));
            if (addend is ReductionChain chain && IsPrefix(chain))
                Adopt(chain);
            else
                Restart(false, [addend]);
            Append(former);
        }
        else
        {
            Append(addend);
        }
    }

    private static bool ComesBefore(long terms, int first, long otherTerms, int otherFirst) => terms > otherTerms || (terms == otherTerms && first < otherFirst);

    private bool IsPrefix(ReductionChain chain) => chain.Accumulator == accumulator && chain.StoredAs is null;

    private bool StartsExactly(ReductionItem addend) => addend is ReductionChain chain
        ? ReductionArithmetic.StartsExactly(accumulator, chain.FinishedFormat)
        : arithmetic.StartsExactly(((ReductionSegment)addend).Step, accumulator);

    /// <summary>The only item's value as an addend, or null where it can be handed on by a chain of its own alone.</summary>
    private ReductionItem? SingleValue(ReductionItem item)
    {
        if (item is ReductionChain chain)
            return ReductionArithmetic.StartsExactly(accumulator, chain.FinishedFormat) ? chain : null;
        var term = (ReductionSegment)item;
        return term.Count == 1 && arithmetic.StepOf(term.Step, accumulator, accumulator) is { } step ? new ReductionSegment(step, term.Start, 1, 1) : null;
    }

    private bool IsFinishedValue(ReductionItem item) => item is ReductionChain || arithmetic.IsAddend(((ReductionSegment)item).Step, accumulator);

    private ReductionItem? ZeroPlusValue(ReductionItem addend) =>
        addend is ReductionChain { StartsAtZero: true, Items: [var only] } chain && IsPrefix(chain) && only is ReductionChain or ReductionSegment { Count: 1 }
            && IsFinishedValue(only) && StartsExactly(only)
            ? only
            : null;

    /// <summary>A finished chain as its parent takes it: a single term is a step, and a store or chain that only rounds to binary32 adds nothing to the same rounding on entry.</summary>
    private ReductionItem AsAddend(ReductionChain chain)
    {
        if (chain is { Accumulator: NumericFormat.Fp64, StoredAs: NumericFormat.Fp32 } && accumulator != NumericFormat.Fp64)
            chain = new ReductionChain(chain.Accumulator, chain.Items, null, chain.StartsAtZero);
        if (chain.StartsAtZero || chain.StoredAs is not null || chain.Items.Length != 1)
            return chain;
        if (chain.Items[0] is ReductionSegment { Count: 1 } term)
            return arithmetic.StepOf(term.Step, chain.Accumulator, accumulator) is { } step ? new ReductionSegment(step, term.Start, 1, 1) : chain;
        return chain.Items[0] is ReductionChain { FinishedFormat: NumericFormat.Fp64 } wide && chain.Accumulator == NumericFormat.Fp32 && accumulator != NumericFormat.Fp64
            ? wide
            : chain;
    }

    private void Adopt(ReductionChain chain) => Restart(chain.StartsAtZero, [.. chain.Items]);

    private void Restart(bool zero, List<ReductionItem> items)
    {
        (_zero, _items, _terms, _first) = (zero, items, 0, int.MaxValue);
        foreach (ReductionItem item in items)
            Count(item);
    }

    private void Append(ReductionItem item)
    {
        _items.Add(item);
        Count(item);
    }

    private void Count(ReductionItem item)
    {
        _terms += item.TermCount;
        _first = Math.Min(_first, item.FirstIndex);
    }
}
