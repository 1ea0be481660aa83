using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Checks that a chain takes each term exactly once and mixes no arithmetic that does not mix.</summary>
internal static class ReductionValidation
{
    public static void CheckOperand(NumericFormat format, string parameter)
    {
        if (format is NumericFormat.Fp64 or NumericFormat.Int32 || !Enum.IsDefined(format))
            throw new ArgumentException($"expected operands of fp32, tf32, bf16, fp16, fp8e4m3, fp8e5m2 or int8; got {(Enum.IsDefined(format) ? NumericFormats.NameOf(format) : format)}", parameter);
    }

    public static void Check(int depth, ReductionChain? root, string parameter)
    {
        if (root is null)
        {
            if (depth > 0)
                throw new ArgumentException($"a reduction over {depth} terms needs a chain", parameter);
            return;
        }

        if (root.TermCount > depth && depth == 0)
            throw new ArgumentException("a reduction over 0 terms takes no chain", parameter);
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

    /// <summary>Whether a step's arithmetic is defined in an accumulator.</summary>
    public static bool Fits(NumericFormat accumulator, ReductionStep step) => step.Kind switch
    {
        StepKind.Dot when step.BlockLength is < 1 or > 64 || step.AlignmentBits is < 10 or > 40 || step.ZeroExponent is < -200 or > 0 => false,
        StepKind.Dot => accumulator == (step.Rounding == DotRounding.NearestEvenFp16 ? NumericFormat.Fp16 : NumericFormat.Fp32),
        StepKind.Dp4a => accumulator == NumericFormat.Int32,
        StepKind.Add => true,
        StepKind.Bf16Pair => accumulator == NumericFormat.Fp32,
        StepKind.MulAdd when step.ProductFormat is { } product => accumulator != NumericFormat.Int32 && (product == accumulator || product == NumericFormat.Fp32),
        _ => accumulator != NumericFormat.Int32,
    };

    private static void CheckStep(NumericFormat accumulator, ReductionStep step, string parameter)
    {
        if (!Fits(accumulator, step))
            throw new ArgumentException($"step {step} does not run in a {NumericFormats.NameOf(accumulator)} accumulator", parameter);
    }
}
