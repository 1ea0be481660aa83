using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Collects terms into the longest arithmetic progressions, from the left.</summary>
internal sealed class TermRun
{
    private readonly ImmutableArray<ReductionItem>.Builder _output;
    private ReductionStep _step;
    private int _start;
    private int _stride;
    private int _count;

    private TermRun(int capacity) => _output = ImmutableArray.CreateBuilder<ReductionItem>(capacity);

    /// <summary>The items with their terms joined; the first product, rounded once whether fused or not, takes the step of the term that follows.</summary>
    public static ImmutableArray<ReductionItem> Join(List<ReductionItem> items, NumericFormat accumulator, bool startsAtZero, ReductionArithmetic arithmetic)
    {
        var run = new TermRun(items.Count);
        for (int position = 0; position < items.Count; position++)
        {
            if (items[position] is not ReductionSegment segment)
            {
                run.Flush();
                run._output.Add(items[position]);
                continue;
            }

            ReductionStep step = arithmetic.Canonical(segment.Step, accumulator);
            if (position == 0 && !startsAtZero && ReductionArithmetic.IsStartProduct(step, accumulator))
            {
                run.Take(StartStep(segment, step, items.Count > 1 ? items[1] : null, accumulator, arithmetic), segment.Start, 1, 1);
                if (segment.Count > 1)
                    run.Take(step, segment.Start + segment.Stride, segment.Stride, segment.Count - 1);
            }
            else
            {
                run.Take(step, segment.Start, segment.Stride, segment.Count);
            }
        }

        run.Flush();
        return run._output.ToImmutable();
    }

    private static ReductionStep StartStep(ReductionSegment first, ReductionStep step, ReductionItem? second, NumericFormat accumulator, ReductionArithmetic arithmetic)
    {
        ReductionStep? next = first.Count > 1 ? step : second is ReductionSegment segment ? arithmetic.Canonical(segment.Step, accumulator) : null;
        return next is { } following && ReductionArithmetic.IsStartProduct(following, accumulator) ? following : ReductionStep.Fma;
    }

    private void Take(ReductionStep step, int start, int stride, int count)
    {
        if (step.TermsPerStep > 1)
        {
            TakeBlocks(step, start, stride, count);
            return;
        }

        while (count > 0)
        {
            int taken;
            if (_count == 0 || step != _step || (_count > 1 && start != _start + (_stride * _count)))
            {
                Flush();
                (_step, _start, _stride, taken) = (step, start, stride, count);
            }
            else if (_count == 1)
            {
                (_stride, taken) = (start - _start, 1);
            }
            else
            {
                taken = stride == _stride ? count : 1;
            }

            _count += taken;
            start += taken * stride;
            count -= taken;
        }
    }

    /// <summary>Terms that are taken several at a time are cut into blocks from the start of their segment: segments join only at a whole block.</summary>
    private void TakeBlocks(ReductionStep step, int start, int stride, int count)
    {
        bool joins = _count > 0 && step == _step && _count % step.TermsPerStep == 0 && start == _start + (_stride * _count) && (count == 1 || stride == _stride);
        if (!joins)
        {
            Flush();
            (_step, _start, _stride) = (step, start, stride);
        }

        _count += count;
    }

    private void Flush()
    {
        if (_count > 0)
            _output.Add(new ReductionSegment(_step, _start, _stride, _count));
        _count = 0;
    }
}
