using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Checks that a chain takes each term exactly once and mixes no arithmetic that does not mix.</summary>
internal static class ReductionValidation
{
    public static void Check(int depth, ReductionChain? root, string parameter)
    {
        if (root is null)
        {
            if (depth > 0)
                throw new ArgumentException($"a reduction over {depth} terms needs a chain", parameter);
            return;
        }

        bool[] taken = new bool[depth];
        int count = Mark(root, taken, parameter);
        if (count != depth)
            throw new ArgumentException($"term {Array.IndexOf(taken, false)} of {depth} is not taken by the chain", parameter);
    }

    private static int Mark(ReductionChain chain, bool[] taken, string parameter)
    {
        int count = 0;
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionChain inner)
            {
                count += Mark(inner, taken, parameter);
                continue;
            }

            var segment = (ReductionSegment)item;
            CheckStep(chain.Accumulator, segment.Step, parameter);
            for (int term = 0; term < segment.Count; term++)
            {
                int index = segment.Start + (term * segment.Stride);
                if ((uint)index >= (uint)taken.Length)
                    throw new ArgumentException($"term {index} lies outside 0..{taken.Length - 1}", parameter);
                if (taken[index])
                    throw new ArgumentException($"term {index} is taken twice", parameter);
                taken[index] = true;
            }

            count += segment.Count;
        }

        return count;
    }

    private static void CheckStep(NumericFormat accumulator, ReductionStep step, string parameter)
    {
        bool fits = step.Kind switch
        {
            StepKind.Dp4a => accumulator == NumericFormat.Int32,
            StepKind.Add => true,
            StepKind.Dot => accumulator == (step.Rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32),
            StepKind.Bf16Pair => accumulator == NumericFormat.Fp32,
            StepKind.MulAdd when step.ProductFormat is { } product => product == accumulator || (product == NumericFormat.Fp32 && accumulator != NumericFormat.Int32),
            _ => accumulator != NumericFormat.Int32,
        };
        if (!fits)
            throw new ArgumentException($"step {step} does not run in a {NumericFormats.NameOf(accumulator)} accumulator", parameter);
    }
}
