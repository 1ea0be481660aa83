using System.Buffers;
using System.Numerics.Tensors;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>RMSNorm and LayerNorm.</summary>
internal static class Norms<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    public static void Rms(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        KernelSupport.CheckRows(program, x, weight, y);
        CompiledProgram squares = CompiledProgram.Of(program.Squares);
        Span<double> sums = stackalloc double[TSimd.Width];
        int block = TSimd.Width * program.Width;
        for (int start = 0; start < x.Length; start += block)
        {
            ReadOnlySpan<float> rows = x.Slice(start, Math.Min(block, x.Length - start));
            Span<double> blockSums = sums[..(rows.Length / program.Width)];
            RowSums<TF, TD, TSimd>.Run(squares, rows, blockSums);
            for (int row = 0; row < blockSums.Length; row++)
            {
                Span<float> output = y.Slice(start + (row * program.Width), program.Width);
                TensorPrimitives.Multiply(rows.Slice(row * program.Width, program.Width), InverseRoot(program, Mean(program, program.Squares, blockSums[row]) + epsilon), output);
                Weight(program, weight, default, output);
            }
        }
    }

    public static void Layer(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        KernelSupport.CheckRows(program, x, weight, bias, y);
        Span<float> means = stackalloc float[TSimd.Width];
        Span<float> variances = stackalloc float[TSimd.Width];
        int block = TSimd.Width * program.Width;
        for (int start = 0; start < x.Length; start += block)
        {
            ReadOnlySpan<float> rows = x.Slice(start, Math.Min(block, x.Length - start));
            int count = rows.Length / program.Width;
            Moments(program, rows, means[..count], variances[..count]);
            for (int row = 0; row < count; row++)
            {
                Span<float> output = y.Slice(start + (row * program.Width), program.Width);
                TensorPrimitives.Subtract(rows.Slice(row * program.Width, program.Width), means[row], output);
                TensorPrimitives.Multiply(output, InverseRoot(program, variances[row] + epsilon), output);
                Weight(program, weight, bias, output);
            }
        }
    }

    private static void Moments(NormProgram program, ReadOnlySpan<float> rows, Span<float> means, Span<float> variances)
    {
        if (program.Formula == NormFormula.Welford)
        {
            for (int row = 0; row < means.Length; row++)
                (means[row], variances[row]) = Welford(program, rows.Slice(row * program.Width, program.Width));
            return;
        }

        Span<double> sums = stackalloc double[TSimd.Width];
        sums = sums[..means.Length];
        RowSums<TF, TD, TSimd>.Run(CompiledProgram.Of(program.Sum), rows, sums);
        for (int row = 0; row < means.Length; row++)
            means[row] = Mean(program, program.Sum, sums[row]);
        CompiledProgram squares = CompiledProgram.Of(program.Squares);
        if (program.Formula == NormFormula.Moments)
        {
            RowSums<TF, TD, TSimd>.Run(squares, rows, sums);
            for (int row = 0; row < means.Length; row++)
                variances[row] = Mean(program, program.Squares, sums[row]) - (means[row] * means[row]);
            return;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(rows.Length);
        Span<float> distances = rented.AsSpan(0, rows.Length);
        for (int row = 0; row < means.Length; row++)
            TensorPrimitives.Subtract(rows.Slice(row * program.Width, program.Width), means[row], distances.Slice(row * program.Width, program.Width));
        RowSums<TF, TD, TSimd>.Run(squares, distances, sums);
        for (int row = 0; row < means.Length; row++)
            variances[row] = Mean(program, program.Squares, sums[row]);
        ArrayPool<float>.Shared.Return(rented);
    }

    private static (float Mean, float Variance) Welford(NormProgram program, ReadOnlySpan<float> row)
    {
        float mean = 0;
        float squares = 0;
        for (int column = 0; column < row.Length; column++)
        {
            float distance = row[column] - mean;
            mean += distance / (column + 1);
            float product = distance * (row[column] - mean);
            squares += product;
        }

        return (mean, Mean(program, program.Squares, squares));
    }

    private static float Mean(NormProgram program, ReductionProgram reduction, double sum)
    {
        if (reduction.Output == NumericFormat.Fp64)
            return (float)(program.Mean == Division.Divide ? sum / program.Width : sum * (1.0 / program.Width));
        return program.Mean == Division.Divide ? (float)sum / program.Width : (float)sum * (1.0f / program.Width);
    }

    private static float InverseRoot(NormProgram program, float value) =>
        program.InverseRoot == Plans.InverseRoot.Rsqrt ? PortableMath.Rsqrt(value) : 1 / MathF.Sqrt(value);

    private static void Weight(NormProgram program, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> normalised)
    {
        if (program.Cast == NormCast.BeforeWeight)
            Rounding.RoundInPlace(normalised, program.Output);
        TensorPrimitives.Multiply(normalised, weight, normalised);
        if (!bias.IsEmpty)
            TensorPrimitives.Add(normalised, bias, normalised);
        Rounding.RoundInPlace(normalised, program.Output);
    }
}
