using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>Operators over the rows of a tensor as libraries have them one by one: sum, softmax, norm without weights, SiLU, GELU, rotary embedding.</summary>
/// <remarks>All arrays are row-major binary32 values. Sums run in the reference interpreter. Bitwise: identical on every machine.</remarks>
public static class RowOperators
{
    /// <summary>The sum of each row.</summary>
    /// <param name="program">The lowered sum.</param>
    /// <param name="x">Rows, (rows, width).</param>
    /// <param name="sums">Receives one value a row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the program.</exception>
    public static void Sum(SumProgram program, ReadOnlySpan<float> x, Span<float> sums)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (x.Length != (long)sums.Length * program.Width)
            throw new ArgumentException($"expected {sums.Length} rows of {program.Width}; got {x.Length} values", nameof(x));
        for (int row = 0; row < sums.Length; row++)
            sums[row] = ReductionInterpreter.Run(program.Sum, x.Slice(row * program.Width, program.Width), default);
    }

    /// <summary>The softmax of each row.</summary>
    /// <param name="program">The lowered softmax.</param>
    /// <param name="scale">Factor of every element before the maximum is taken; 1 for none.</param>
    /// <param name="x">Rows, (rows, width).</param>
    /// <param name="mask">Values added after the scale, as many as <paramref name="x"/>, or empty.</param>
    /// <param name="y">Receives the result, as many values; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit the program.</exception>
    /// <exception cref="PlanNotSupportedException">The exponential is not known.</exception>
    public static void Softmax(SoftmaxProgram program, float scale, ReadOnlySpan<float> x, ReadOnlySpan<float> mask, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!KernelSupport.Check(program, out string reason))
            throw new PlanNotSupportedException(program.Text, reason);
        if (x.Length % program.Width != 0 || y.Length != x.Length || (mask.Length != 0 && mask.Length != x.Length))
            throw new ArgumentException($"expected rows of {program.Width}, as many outputs and no or as many mask values; got {x.Length}, {y.Length} and {mask.Length}", nameof(x));
        for (int start = 0; start < x.Length; start += program.Width)
        {
            Span<float> row = y.Slice(start, program.Width);
            float largest = float.NegativeInfinity;
            for (int column = 0; column < row.Length; column++)
            {
                float value = x[start + column] * scale;
                value = mask.IsEmpty ? value : value + mask[start + column];
                row[column] = value;
                largest = float.IsNaN(largest) || float.IsNaN(value) ? float.NaN : value > largest ? value : largest;
            }

            foreach (ref float value in row)
                value -= largest;
            MathFunctions.Exp(program.Math, program.Block.Tail, program.VectorisedColumns, row);
            Divide(program, ReductionInterpreter.RunWide(program.Sum, row, default), row);
        }
    }

    /// <summary>SiLU of a tensor, rounded to the plan's output format.</summary>
    /// <param name="plan">The activation's arithmetic; its intermediate format is not used.</param>
    /// <param name="width">Values in a row.</param>
    /// <param name="x">Rows, (rows, width).</param>
    /// <param name="y">Receives the result, as many values; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="PlanNotSupportedException">The exponential is not known.</exception>
    public static void Silu(ActivationPlan plan, int width, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (x.Length % width != 0 || x.Length != y.Length)
            throw new ArgumentException($"expected rows of {width} and as many outputs; got {x.Length} and {y.Length}", nameof(x));
        long rows = x.Length / width;
        for (long row = 0; row < rows; row++)
        {
            ActivationRowProgram program = plan.LowerRow(row, rows, width);
            if (!KernelSupport.Check(program, out string reason))
                throw new PlanNotSupportedException(plan.Text, reason);
            for (int column = 0; column < width; column++)
            {
                int index = (int)(row * width) + column;
                y[index] = Rounding.ToFormat(Silu(column < program.VectorisedColumns ? program.Vectorised : program.Remainder, x[index]), plan.Output);
            }
        }
    }

    /// <summary>Rotary embedding of heads, angles included.</summary>
    /// <param name="plan">The rotation's arithmetic.</param>
    /// <param name="call">Sizes, pairing and frequencies.</param>
    /// <param name="x">Heads of each position, (positions, heads, head dimension).</param>
    /// <param name="y">Receives the result, as many values; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="PlanNotSupportedException">The plan is not run.</exception>
    public static void Rope(RopePlan plan, RopeCall call, ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(call);
        if (x.Length != (long)call.Positions.Length * call.Heads * call.HeadDimension || y.Length != x.Length)
            throw new ArgumentException($"expected {call.Positions.Length} x {call.Heads} x {call.HeadDimension} values in and out; got {x.Length} and {y.Length}", nameof(x));
        x.CopyTo(y);
        float[] cosine = new float[call.RotatedDimensions / 2];
        float[] sine = new float[cosine.Length];
        int start = 0;
        foreach (int position in call.Positions)
        {
            RopeRotation.Fill(plan, call.Theta, call.FrequencyScale, position, cosine, sine);
            for (int head = 0; head < call.Heads; head++, start += call.HeadDimension)
                ReferenceKernels.Instance.Rope(plan, call.Interleaved, cosine, sine, y.Slice(start, call.RotatedDimensions));
        }
    }

    internal static float Silu(ActivationPlan plan, float x)
    {
        float exponential = Rounding.ToFormat(MathFunctions.Exp(plan.Math, -x), plan.Steps);
        float denominator = Rounding.ToFormat(1 + exponential, plan.Steps);
        float silu = plan.Form == ActivationForm.Divide ? x / denominator : x * Rounding.ToFormat(1 / denominator, plan.Steps);
        return Rounding.ToFormat(silu, plan.Steps);
    }

    private static void Divide(SoftmaxProgram program, double sum, Span<float> row)
    {
        float divisor = (float)sum;
        float reciprocal = program.Sum.Output == NumericFormat.Fp64 ? (float)(1.0 / sum) : 1 / divisor;
        for (int column = 0; column < row.Length; column++)
            row[column] = Rounding.ToFormat(program.Divide == Division.Divide ? row[column] / divisor : row[column] * reciprocal, program.Output);
    }
}
