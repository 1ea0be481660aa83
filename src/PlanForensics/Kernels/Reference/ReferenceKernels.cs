using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Every operator as plain loops over <see cref="ReductionInterpreter"/>: the definition that faster kernels are compared with.</summary>
public sealed class ReferenceKernels : IOperatorKernels
{
    /// <summary>The only instance needed; it holds no state.</summary>
    public static ReferenceKernels Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "reference";

    /// <inheritdoc/>
    public bool Supports(OperatorProgram program, out string reason) => KernelSupport.Check(program, out reason);

    /// <inheritdoc/>
    public void Gemm(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c)
    {
        int rows = KernelSupport.CheckGemm(program, a, weights, bias, c);
        float[] terms = new float[weights.Depth];
        foreach (ProgramRegion region in program.Regions)
        {
            for (int column = region.ColumnStart; column < region.ColumnStart + region.ColumnCount; column++)
            {
                weights.CopyRow(column, terms);
                for (int row = region.RowStart; row < Math.Min(rows, region.RowStart + region.RowCount); row++)
                {
                    c[(row * weights.Outputs) + column] = ReductionInterpreter.Run(
                        region.Program, a.Slice(row * weights.Depth, weights.Depth), terms, bias.IsEmpty ? 0 : bias[column]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void RmsNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, Span<float> y)
    {
        KernelSupport.CheckRows(program, x, weight, y);
        for (int start = 0; start < x.Length; start += program.Width)
        {
            ReadOnlySpan<float> row = x.Slice(start, program.Width);
            float variance = Mean(program, program.Squares, ReductionInterpreter.RunWide(program.Squares, row, row));
            float inverse = InverseRoot(program.InverseRoot, variance + epsilon);
            for (int column = 0; column < row.Length; column++)
                y[start + column] = Weighted(program, row[column] * inverse, weight[column], null);
        }
    }

    /// <inheritdoc/>
    public void LayerNorm(NormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        KernelSupport.CheckRows(program, x, weight, bias, y);
        for (int start = 0; start < x.Length; start += program.Width)
        {
            ReadOnlySpan<float> row = x.Slice(start, program.Width);
            (float mean, float variance) = Moments(program, row);
            float inverse = InverseRoot(program.InverseRoot, variance + epsilon);
            for (int column = 0; column < row.Length; column++)
                y[start + column] = Weighted(program, (row[column] - mean) * inverse, weight[column], bias[column]);
        }
    }

    /// <inheritdoc/>
    public void Rope(RopePlan plan, bool interleaved, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> heads)
    {
        KernelSupport.CheckRope(plan, cosine, sine, heads);
        int half = cosine.Length;
        for (int head = 0; head < heads.Length; head += 2 * half)
        {
            for (int pair = 0; pair < half; pair++)
            {
                int first = head + (interleaved ? 2 * pair : pair);
                int second = interleaved ? first + 1 : first + half;
                (float x0, float x1, float c, float s) = (heads[first], heads[second], cosine[pair], sine[pair]);
                float y0 = plan.Step.Kind == StepKind.Fma
                    ? MathF.FusedMultiplyAdd(x0, c, -(x1 * s))
                    : Rounding.ToFormat(x0 * c, plan.Product) - Rounding.ToFormat(x1 * s, plan.Product);
                float y1 = plan.Step.Kind == StepKind.Fma
                    ? MathF.FusedMultiplyAdd(x0, s, x1 * c)
                    : Rounding.ToFormat(x1 * c, plan.Product) + Rounding.ToFormat(x0 * s, plan.Product);
                heads[first] = Rounding.ToFormat(y0, plan.Output);
                heads[second] = Rounding.ToFormat(y1, plan.Output);
            }
        }
    }

    /// <inheritdoc/>
    public void Attention(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        KernelSupport.CheckAttention(program, query, cache, output);
        int dimension = cache.HeadDimension;
        int heads = query.Length / dimension;
        for (int head = 0; head < heads; head++)
        {
            int keyHead = head / (heads / cache.Heads);
            ReferenceAttention.Run(program, query.Slice(head * dimension, dimension), cache, keyHead, output.Slice(head * dimension, dimension));
        }
    }

    /// <inheritdoc/>
    public void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, gate, y);
        for (int index = 0; index < gate.Length; index++)
        {
            float silu = RowOperators.Silu(plan, gate[index]);
            y[index] = Rounding.ToFormat(Rounding.ToFormat(silu, plan.Intermediate) * up[index], plan.Output);
        }
    }

    /// <inheritdoc/>
    public void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckActivation(plan, x, y);
        if (plan.Gelu != GeluForm.Tanh)
        {
            GeluTable.Run(plan, x, y);
            return;
        }

        float factor = BitConverter.UInt32BitsToSingle(0x3F4C422A); // 0x1.988454p-1, sqrt(2 / pi)
        for (int index = 0; index < x.Length; index++)
        {
            float value = x[index];
            float cubic = 0.044715f * (value * (value * value));
            float inner = factor * (value + cubic);
            y[index] = Rounding.ToFormat((0.5f * value) * (1 + PortableMath.Tanh(inner)), plan.Output);
        }
    }

    /// <inheritdoc/>
    public void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckAdd(plan, stream, x, y);
        for (int index = 0; index < stream.Length; index++)
            y[index] = Rounding.ToFormat(stream[index] + x[index], plan.Output);
    }

    private static (float Mean, float Variance) Moments(NormProgram program, ReadOnlySpan<float> row)
    {
        if (program.Formula == NormFormula.Welford)
            return Welford(program, row);
        float mean = Mean(program, program.Sum, ReductionInterpreter.RunWide(program.Sum, row, default));
        if (program.Formula == NormFormula.Moments)
            return (mean, Mean(program, program.Squares, ReductionInterpreter.RunWide(program.Squares, row, row)) - (mean * mean));
        float[] distances = new float[row.Length];
        for (int column = 0; column < row.Length; column++)
            distances[column] = row[column] - mean;
        return (mean, Mean(program, program.Squares, ReductionInterpreter.RunWide(program.Squares, distances, distances)));
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

    /// <summary>A sum in binary64 is divided there, then rounded.</summary>
    private static float Mean(NormProgram program, ReductionProgram reduction, double sum)
    {
        if (reduction.Output == NumericFormat.Fp64)
            return (float)(program.Mean == Division.Divide ? sum / program.Width : sum * (1.0 / program.Width));
        return program.Mean == Division.Divide ? (float)sum / program.Width : (float)sum * (1.0f / program.Width);
    }

    private static float InverseRoot(InverseRoot kind, float value) => kind == Plans.InverseRoot.Rsqrt ? PortableMath.Rsqrt(value) : 1 / MathF.Sqrt(value);

    private static float Weighted(NormProgram program, float normalised, float weight, float? bias)
    {
        if (program.Cast == NormCast.BeforeWeight)
            normalised = Rounding.ToFormat(normalised, program.Output);
        float weighted = normalised * weight;
        return Rounding.ToFormat(bias is { } shift ? weighted + shift : weighted, program.Output);
    }
}
