using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>
/// Runs a <see cref="ReductionProgram"/> for one output element, one rounding after the other, as its documentation states. This is the definition that every engine is compared
/// with; it is not meant to be fast.
/// </summary>
/// <remarks>Accumulators are held in binary64, which holds every value of every narrower accumulator. Bitwise: identical on every machine.</remarks>
public static class ReductionInterpreter
{
    /// <summary>Runs a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="a">First operand, K values.</param>
    /// <param name="b">Second operand, K values; not read by <see cref="StepKind.Add"/>.</param>
    /// <param name="bias">Value added by a bias step.</param>
    /// <param name="scale">Factor of a scale step.</param>
    /// <returns>The output element, representable in <see cref="ReductionProgram.Output"/>. A program that ends in fp64 is rounded to binary32.</returns>
    /// <exception cref="ArgumentException">An operand does not have K values.</exception>
    public static float Run(ReductionProgram program, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float bias = 0, float scale = 1)
    {
        double value = RunWide(program, a, b, bias, scale);
        NumericFormat output = program.Output is NumericFormat.Fp64 or NumericFormat.Int32 ? NumericFormat.Fp32 : program.Output;
        return (float)Rounding.ToFormat(value, output);
    }

    /// <summary>Runs a program and keeps the result of an fp64 accumulator.</summary>
    /// <param name="program">The program.</param>
    /// <param name="a">First operand, K values.</param>
    /// <param name="b">Second operand, K values.</param>
    /// <param name="bias">Value added by a bias step.</param>
    /// <param name="scale">Factor of a scale step.</param>
    /// <returns>The result in the format in which the program ends, widened to binary64.</returns>
    /// <exception cref="ArgumentException">An operand does not have K values.</exception>
    public static double RunWide(ReductionProgram program, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float bias = 0, float scale = 1)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (a.Length != program.Depth || (b.Length != program.Depth && b.Length != 0))
            throw new ArgumentException($"expected {program.Depth} values an operand; got {a.Length} and {b.Length}", nameof(a));
        float[] left = Cast(a, program.OperandA);
        float[] right = Cast(b, program.OperandB);
        double value = program.Root is null ? 0.0 : Chain(program, program.Root, left, right);
        foreach (EpilogueStep step in program.Epilogue)
        {
            value = step.Kind switch
            {
                EpilogueKind.Scale => (float)value * scale,
                EpilogueKind.Bias => (float)value + bias,
                _ => value,
            };
            value = Rounding.ToFormat(value, step.Format);
        }

        return value;
    }

    /// <summary>Runs a binary32 program whose accumulator already holds a sum, as a matrix unit does that is given its accumulator; the epilogue is not run.</summary>
    internal static float Continue(ReductionProgram program, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float accumulator) => program.Root is { } root
        ? (float)Chain(program, root, Cast(a, program.OperandA), Cast(b, program.OperandB), accumulator)
        : accumulator;

    private static float[] Cast(ReadOnlySpan<float> values, NumericFormat format)
    {
        float[] cast = values.ToArray();
        for (int index = 0; index < cast.Length; index++)
            cast[index] = format == NumericFormat.Tf32 ? Tf32.Truncate(cast[index]) : Rounding.ToFormat(cast[index], format);
        return cast;
    }

    private static double Chain(ReductionProgram program, ReductionChain chain, float[] a, float[] b, double? held = null)
    {
        double? accumulator = held ?? (chain.StartsAtZero ? 0.0 : null);
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionChain inner)
                accumulator = Enter(accumulator, Chain(program, inner, a, b), inner.StoredAs ?? inner.Accumulator, chain.Accumulator);
            else
                accumulator = Segment(program, (ReductionSegment)item, chain.Accumulator, accumulator, a, b);
        }

        return chain.StoredAs is { } stored ? Rounding.ToFormat(accumulator!.Value, stored) : accumulator!.Value;
    }

    /// <summary>A finished value enters an accumulator; from binary64 into a narrower one by way of binary32.</summary>
    private static double Enter(double? accumulator, double value, NumericFormat valueFormat, NumericFormat format)
    {
        if (format != NumericFormat.Fp64 && valueFormat == NumericFormat.Fp64)
            value = (float)value;
        return accumulator is { } running ? Sum(running, value, format) : Narrow(value, format);
    }

    private static double Sum(double left, double right, NumericFormat format) => format switch
    {
        NumericFormat.Fp64 => left + right,
        NumericFormat.Int32 => unchecked((int)left + (int)right),
        _ => Narrow((float)left + (float)right, format),
    };

    /// <summary>Rounds a binary32 result to a narrower accumulator.</summary>
    private static double Narrow(double value, NumericFormat format) => format is NumericFormat.Bf16 or NumericFormat.Fp16
        ? Rounding.ToFormat((float)value, format)
        : value;

    private static double? Segment(ReductionProgram program, ReductionSegment segment, NumericFormat format, double? accumulator, float[] a, float[] b)
    {
        int block = segment.Step.TermsPerStep;
        for (int first = 0; first < segment.Count; first += block)
        {
            int index = segment.Start + (first * segment.Stride);
            int count = Math.Min(block, segment.Count - first);
            accumulator = segment.Step.Kind switch
            {
                StepKind.Add => accumulator is { } sum ? Sum(sum, a[index], format) : Narrow(a[index], format),
                StepKind.MulAdd => MulAdd(segment.Step, format, accumulator, a[index], b[index]),
                StepKind.Fma => Fma(format, accumulator, a[index], b[index]),
                StepKind.Dp4a => unchecked((int)(accumulator ?? 0) + ((int)a[index] * (int)b[index])),
                StepKind.Bf16Pair => Pair(segment, first, count, accumulator, a, b),
                _ => MatrixUnit.Step(
                    segment.Step, Gather(a, segment, first, count), Gather(b, segment, first, count), (float)(accumulator ?? 0.0), program.OperandA, program.OperandB),
            };
        }

        return accumulator;
    }

    private static double MulAdd(ReductionStep step, NumericFormat format, double? accumulator, float a, float b)
    {
        double product = step.ProductFormat == NumericFormat.Fp32 ? a * b
            : format == NumericFormat.Fp64 ? (double)a * b
            : Narrow(a * b, format);
        return accumulator is { } sum ? Sum(sum, product, format) : Narrow(product, format);
    }

    private static double Fma(NumericFormat format, double? accumulator, float a, float b)
    {
        if (accumulator is not { } sum)
            return format == NumericFormat.Fp64 ? (double)a * b : Narrow(a * b, format);
        return format == NumericFormat.Fp64 ? Math.FusedMultiplyAdd(a, b, sum) : Narrow(MathF.FusedMultiplyAdd(a, b, (float)sum), format);
    }

    /// <summary>vdpbf16ps: the second product of a pair first; subnormal inputs and results are zeros of their sign.</summary>
    private static double Pair(ReductionSegment segment, int first, int count, double? accumulator, float[] a, float[] b)
    {
        float? sum = accumulator is { } running ? Flush((float)running) : null;
        for (int term = count - 1; term >= 0; term--)
        {
            int index = segment.Start + ((first + term) * segment.Stride);
            float left = Flush(a[index]);
            float right = Flush(b[index]);
            sum = Flush(sum is { } value ? MathF.FusedMultiplyAdd(left, right, value) : left * right);
        }

        return sum!.Value;
    }

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;

    private static float[] Gather(float[] values, ReductionSegment segment, int first, int count)
    {
        float[] block = new float[count];
        for (int term = 0; term < count; term++)
            block[term] = values[segment.Start + ((first + term) * segment.Stride)];
        return block;
    }
}
