using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The items an accumulator has taken so far, in canonical order. Adding a finished value commutes, so of the two operands of each such addition the one with
/// more terms comes first (among equals the one with the smaller index); that bounds the nesting by the logarithm of the number of terms.
/// </summary>
/// <remarks>
/// A start at +0.0 only turns a result of -0 into +0: <c>+0 + x = P(x)</c>. Since a sum is -0 only where both operands are, <c>P(x) + y = x + P(y) = P(x + y)</c>
/// for values that the accumulator holds: P moves outwards and is applied once, to the longest prefix of such values.
/// </remarks>
internal sealed class ChainPrefix(NumericFormat accumulator, bool startsAtZero, ReductionArithmetic arithmetic)
{
    private List<ReductionItem> _items = [];
    private bool _zero;
    private bool _pendingZero = startsAtZero;
    private long _terms;
    private int _first = int.MaxValue;

    public void Take(ReductionSegment segment)
    {
        ReductionStep step = arithmetic.Canonical(segment.Step, accumulator);
        if (step.TermsPerStep > 1 || step.Kind == StepKind.Dot)
        {
            if (_items.Count == 0 && step.Kind == StepKind.Dot)
                _pendingZero = false; // a matrix unit adds its first block to +0.0 anyway
            ApplyZero();
            Append(new ReductionSegment(step, segment.Start, segment.Stride, segment.Count));
            return;
        }

        int taken = 0;
        for (; taken < segment.Count && _terms < 2; taken++)
        {
            var term = new ReductionSegment(step, segment.Start + (taken * segment.Stride), 1, 1);
            if (arithmetic.IsAddend(step, accumulator))
                Add(term);
            else
                AppendStep(term);
        }

        if (taken < segment.Count)
            AppendStep(new ReductionSegment(step, segment.Start + (taken * segment.Stride), segment.Stride, segment.Count - taken));
    }

    public void Take(ReductionChain inner)
    {
        if (IsPrefix(inner) && inner.StartsAtZero && WithoutZero(inner) is { } sum)
        {
            _pendingZero = true;
            inner = sum;
        }

        if (_items.Count == 0 && IsPrefix(inner) && !_zero)
            Restart(inner.StartsAtZero, [.. inner.Items]);
        else
            Add(AsAddend(inner));
    }

    public ReductionChain ToChain(NumericFormat? storedAs)
    {
        ApplyZero();
        return Build(storedAs);
    }

    private ReductionChain Build(NumericFormat? storedAs) => new(accumulator, TermRun.Join(_items, accumulator, _zero, arithmetic), storedAs, _zero);

    private void Add(ReductionItem addend)
    {
        bool startsExactly = StartsExactly(addend);
        if (!startsExactly)
            ApplyZero();
        if (_items.Count > 0 && startsExactly && (addend.TermCount > _terms || (addend.TermCount == _terms && addend.FirstIndex < _first)))
        {
            ReductionItem former = Former();
            if (addend is ReductionChain chain && IsPrefix(chain))
                Restart(chain.StartsAtZero, [.. chain.Items]);
            else
                Restart(false, [addend]);
            Append(former);
        }
        else
        {
            Append(addend);
        }
    }

    private void AppendStep(ReductionSegment segment)
    {
        if (!IsValue(segment))
            ApplyZero();
        Append(segment);
    }

    /// <summary>Puts a pending start at +0.0 before the items, those up to the last step that fuses being one value.</summary>
    private void ApplyZero()
    {
        if (!_pendingZero)
            return;
        _pendingZero = false;
        int head = _items.FindLastIndex(item => !IsValue(item)) + 1;
        if (head == 1 && !_zero && _items[0] is ReductionSegment { Count: 1 } && SingleValue(_items[0]) is { } product)
            (_items[0], head) = (product, 0); // a first product is a value, fused or not
        if (head > 0)
        {
            List<ReductionItem> values = _items[head..];
            Restart(_zero, _items[..head]);
            Restart(true, [Former(), .. values]);
        }

        _zero = true;
    }

    /// <summary>What a chain starting at +0.0 would be without that start, where all its items are values; null where a step fuses with the start.</summary>
    private ReductionChain? WithoutZero(ReductionChain chain)
    {
        if (!chain.Items.All(IsValue))
            return null;
        var prefix = new ChainPrefix(accumulator, false, arithmetic);
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionSegment segment)
                prefix.Take(segment);
            else
                prefix.Take((ReductionChain)item);
        }

        return prefix.ToChain(null);
    }

    private bool IsPrefix(ReductionChain chain) => chain.Accumulator == accumulator && chain.StoredAs is null;

    /// <summary>Whether an item adds a finished value that the accumulator holds.</summary>
    private bool IsValue(ReductionItem item) => (item is ReductionChain || arithmetic.IsAddend(((ReductionSegment)item).Step, accumulator)) && StartsExactly(item);

    private bool StartsExactly(ReductionItem addend) => addend is ReductionChain chain
        ? ReductionArithmetic.StartsExactly(accumulator, chain.FinishedFormat)
        : arithmetic.StartsExactly(((ReductionSegment)addend).Step, accumulator);

    /// <summary>The items as one finished value.</summary>
    private ReductionItem Former() => (_items.Count == 1 && !_zero ? SingleValue(_items[0]) : null) ?? AsAddend(Build(null));

    /// <summary>The only item's value as an addend, or null where it can be handed on by a chain of its own alone.</summary>
    private ReductionItem? SingleValue(ReductionItem item)
    {
        if (item is ReductionChain chain)
            return ReductionArithmetic.StartsExactly(accumulator, chain.FinishedFormat) ? chain : null;
        var term = (ReductionSegment)item;
        return term.Count == 1 && arithmetic.StepOf(term.Step, accumulator, accumulator) is { } step ? new ReductionSegment(step, term.Start, 1, 1) : null;
    }

    /// <summary>A finished chain as its parent takes it: a single term is a step, and a store or chain that only rounds to binary32 adds nothing to the same rounding on entry.</summary>
    private ReductionItem AsAddend(ReductionChain chain)
    {
        if (chain is { Accumulator: NumericFormat.Fp64, StoredAs: NumericFormat.Fp32 } && accumulator != NumericFormat.Fp64)
            chain = new ReductionChain(chain.Accumulator, chain.Items, null, chain.StartsAtZero);
        if (chain.StartsAtZero || chain.StoredAs is not null || chain.Items.Length != 1)
            return chain;
        if (chain.Items[0] is ReductionSegment { Count: 1 } term)
            return arithmetic.StepOf(term.Step, chain.Accumulator, accumulator) is { } step ? new ReductionSegment(step, term.Start, 1, 1) : chain;
        bool handsOn = chain.Items[0] is ReductionChain inner
            && (ReductionArithmetic.Holds(chain.Accumulator, inner.FinishedFormat)
                || (inner.FinishedFormat == NumericFormat.Fp64 && chain.Accumulator == NumericFormat.Fp32 && accumulator != NumericFormat.Fp64));
        return handsOn ? AsAddend((ReductionChain)chain.Items[0]) : chain;
    }

    private void Restart(bool zero, List<ReductionItem> items)
    {
        (_zero, _items, _terms, _first) = (zero, [], 0, int.MaxValue);
        foreach (ReductionItem item in items)
            Append(item);
    }

    private void Append(ReductionItem item)
    {
        _items.Add(item);
        _terms += item.TermCount;
        _first = Math.Min(_first, item.FirstIndex);
    }
}
