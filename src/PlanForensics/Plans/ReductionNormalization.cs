using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Brings a chain into the one form that all chains with the same roundings share.</summary>
internal static class ReductionNormalization
{
    public static ReductionChain Normalize(ReductionChain chain)
    {
        var items = new List<ReductionItem>(chain.Items.Length);
        bool startsAtZero = chain.StartsAtZero;
        foreach (ReductionItem item in chain.Items)
        {
            if (item is not ReductionChain child)
            {
                items.Add(item);
                continue;
            }

            ReductionChain inner = Normalize(child);
            if (Fuses(inner, chain.Accumulator) && items.Count == 0 && !startsAtZero)
            {
                items.AddRange(inner.Items);
                startsAtZero = inner.StartsAtZero;
            }
            else if (Fuses(inner, chain.Accumulator) && !startsAtZero && !inner.StartsAtZero && !IsSingleTerm(inner, out _)
                && (IsSingleTerm(items) || inner.FirstIndex < FirstIndex(items)))
            {
                ReductionItem former = AsOperand(new ReductionChain(chain.Accumulator, JoinSegments(items, chain.Accumulator)), chain.Accumulator);
                items.Clear();
                items.AddRange(inner.Items);
                items.Add(former);
            }
            else
            {
                items.Add(AsOperand(inner, chain.Accumulator));
            }
        }

        ImmutableArray<ReductionItem> joined = JoinSegments(items, chain.Accumulator);
        return joined is [ReductionChain only] && !startsAtZero && chain.StoredAs is null
            ? only
            : new ReductionChain(chain.Accumulator, joined, chain.StoredAs, startsAtZero);
    }

    private static bool Fuses(ReductionChain inner, NumericFormat accumulator) => inner.Accumulator == accumulator && inner.StoredAs is null;

    private static int FirstIndex(List<ReductionItem> items)
    {
        int first = int.MaxValue;
        foreach (ReductionItem item in items)
            first = Math.Min(first, item.FirstIndex);
        return first;
    }

    /// <summary>A chain of one product, added to another accumulator, is a step with two roundings.</summary>
    private static ReductionItem AsOperand(ReductionChain chain, NumericFormat parent) => IsSingleTerm(chain, out ReductionSegment? segment)
        && (chain.Accumulator == parent || (chain.Accumulator == NumericFormat.Fp32 && parent == NumericFormat.Fp64))
        ? new ReductionSegment(
            segment!.Step.Kind == StepKind.Add ? ReductionStep.Add : ReductionStep.MulAddProduct(chain.Accumulator), segment.Start, 1, 1)
        : chain;

    private static bool IsSingleTerm(ReductionChain chain, out ReductionSegment? segment)
    {
        segment = chain.Items is [ReductionSegment only] && only.Count == 1 ? only : null;
        return segment is not null && !chain.StartsAtZero && chain.StoredAs is null && chain.Accumulator is NumericFormat.Fp32 or NumericFormat.Fp64
            && segment.Step.Kind is StepKind.Fma or StepKind.MulAdd or StepKind.Add && segment.Step.ProductFormat is null;
    }

    private static bool IsSingleTerm(List<ReductionItem> items) => items is [ReductionSegment only] && only.Count == 1
        && only.Step.Kind is StepKind.Fma or StepKind.MulAdd or StepKind.Add && only.Step.ProductFormat is null;

    private static ImmutableArray<ReductionItem> JoinSegments(List<ReductionItem> items, NumericFormat accumulator)
    {
        OrderFirstTwo(items, accumulator);
        var joined = ImmutableArray.CreateBuilder<ReductionItem>(items.Count);
        var run = new TermRun(joined);
        ReductionStep? first = FirstStep(items, accumulator);
        for (int position = 0; position < items.Count; position++)
        {
            if (items[position] is not ReductionSegment segment)
            {
                run.Flush();
                joined.Add(items[position]);
                continue;
            }

            ReductionStep step = Canonical(segment.Step, accumulator);
            for (int term = 0; term < segment.Count; term++)
            {
                bool isFirst = position == 0 && term == 0;
                run.Take(isFirst && first is { } chosen ? chosen : step, segment.Start + (term * segment.Stride));
            }

            run.EndSegment();
        }

        run.Flush();
        return joined.ToImmutable();
    }

    /// <summary>The first two of separately rounded terms commute: the smaller index goes first.</summary>
    private static void OrderFirstTwo(List<ReductionItem> items, NumericFormat accumulator)
    {
        if (items[0] is not ReductionSegment first)
            return;
        ReductionSegment? second = first.Count > 1 ? first : items.Count > 1 ? items[1] as ReductionSegment : null;
        if (second is null || !Commutes(second.Step, accumulator))
            return;
        bool within = first.Count > 1;
        int secondIndex = within ? first.Start + first.Stride : second.Start;
        if (secondIndex > first.Start || (!within && !(Commutes(first.Step, accumulator) || (first.Step.Kind == StepKind.Fma && second.Step.Kind == StepKind.MulAdd))))
            return;
        int firstIndex = first.Start;
        items.RemoveAt(0);
        if (!within)
            items.RemoveAt(0);
        int rest = within ? first.Count - 2 : second.Count - 1;
        int restStart = within ? first.Start + (2 * first.Stride) : second.Start + second.Stride;
        if (rest > 0)
            items.Insert(0, new ReductionSegment(second.Step, restStart, second.Stride, rest));
        items.Insert(0, new ReductionSegment(second.Step, secondIndex, firstIndex - secondIndex, 2));
    }

    private static bool Commutes(ReductionStep step, NumericFormat accumulator) => accumulator is NumericFormat.Fp32 or NumericFormat.Fp64
        && (step.Kind == StepKind.Add || (step.Kind == StepKind.MulAdd && IsProduct(step, accumulator)));

    private static ReductionStep Canonical(ReductionStep step, NumericFormat accumulator) =>
        step.Kind == StepKind.MulAdd && step.ProductFormat == accumulator ? ReductionStep.MulAdd : step;

    /// <summary>Whether fused or not, the first product is rounded once: it takes the step of the term that follows.</summary>
    private static ReductionStep? FirstStep(List<ReductionItem> items, NumericFormat accumulator)
    {
        if (items[0] is not ReductionSegment first || !IsProduct(first.Step, accumulator) || accumulator is not (NumericFormat.Fp32 or NumericFormat.Fp64))
            return null;
        if (first.Count > 1)
            return Canonical(first.Step, accumulator);
        return items.Count > 1 && items[1] is ReductionSegment second && IsProduct(second.Step, accumulator)
            ? Canonical(second.Step, accumulator)
            : ReductionStep.Fma;
    }

    private static bool IsProduct(ReductionStep step, NumericFormat accumulator) => step.Kind == StepKind.Fma
        || (step.Kind == StepKind.MulAdd && (step.ProductFormat is null || step.ProductFormat == accumulator));

    /// <summary>Collects terms into the longest arithmetic progressions, from the left.</summary>
    private sealed class TermRun(ImmutableArray<ReductionItem>.Builder output)
    {
        private ReductionStep _step;
        private int _start;
        private int _stride;
        private int _count;
        private bool _closed;

        public void Take(ReductionStep step, int index)
        {
            bool sameStep = _count > 0 && step == _step && (!_closed || _count % step.TermsPerStep == 0);
            if (sameStep && (_count == 1 || index == _start + (_stride * _count)))
            {
                if (_count == 1)
                    _stride = index - _start;
                _count++;
            }
            else
            {
                Flush();
                (_step, _start, _stride, _count) = (step, index, 1, 1);
            }

            _closed = false;
        }

        /// <summary>Steps that take several terms at once may only join at a whole block.</summary>
        public void EndSegment() => _closed = true;

        public void Flush()
        {
            if (_count > 0)
                output.Add(new ReductionSegment(_step, _start, _stride, _count));
            (_count, _closed) = (0, false);
        }
    }
}
