using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>A step over arrays of the host, on any kernels.</summary>
internal sealed class HostStep(IOperatorKernels kernels, StepContext context) : IStepOperators
{
    private readonly ReplayModel _model = context.Model;
    private readonly ModelConfiguration _configuration = context.Configuration;

    /// <summary>Format of a product's results.</summary>
    public static NumericFormat OutputOf(GemmProgram program) => program.Regions.Length == 0 ? NumericFormat.Fp32 : program.Regions[0].Program.Output;

    /// <inheritdoc/>
    public StepValue Give(float[] values, NumericFormat format) => new HostValue(values, format);

    /// <inheritdoc/>
    public StepValue TakeRows(StepValue x, ReadOnlySpan<int> rows, int width)
    {
        if (x.Length == rows.Length * width)
            return x;
        float[] taken = new float[rows.Length * width];
        for (int index = 0; index < rows.Length; index++)
            x.ToHost().AsSpan(rows[index] * width, width).CopyTo(taken.AsSpan(index * width));
        return new HostValue(taken, x.Format);
    }

    /// <inheritdoc/>
    public StepValue Norm(DecoderOperator node, NormProgram program, NumericFormat output, StepValue x)
    {
        float[] y = new float[x.Length];
        ReadOnlySpan<float> weight = _model.Vector(node.Role, node.Layer);
        if (_configuration.Norm == NormKind.Rms)
            kernels.RmsNorm(program, (float)_configuration.NormEpsilon, x.ToHost(), weight, y);
        else
            kernels.LayerNorm(program, (float)_configuration.NormEpsilon, x.ToHost(), weight, _model.Vector(node.Role, node.Layer, isBias: true), y);
        return new HostValue(y, output);
    }

    /// <inheritdoc/>
    public StepValue Gemm(DecoderOperator node, GemmProgram program, int rows, StepValue a)
    {
        float[] c = new float[a.Length / node.K!.Value * node.N!.Value];
        kernels.Gemm(program, a.ToHost(), _model.Matrix(node.Role, node.Layer), _model.Vector(node.Role, node.Layer, isBias: true), c);
        return new HostValue(c, OutputOf(program));
    }

    /// <inheritdoc/>
    public StepValue Rotate(RopePlan plan, RopeTable table, StepValue heads) => Rotate(plan, table, heads, [.. context.Rows.Select(row => row.Position)]);

    /// <summary>Rows rotated, each by its own position.</summary>
    public HostValue Rotate(RopePlan plan, RopeTable table, StepValue heads, int[] positions)
    {
        float[] rotated = (float[])heads.ToHost().Clone();
        int width = rotated.Length / positions.Length;
        for (int row = 0; row < positions.Length; row++)
            kernels.Rope(
                plan, _configuration.RopeStyle == RopeStyle.Interleaved, table.Cosine(positions[row]), table.Sine(positions[row]), rotated.AsSpan(row * width, width));
        return new HostValue(rotated, plan.Output);
    }

    /// <inheritdoc/>
    public StepValue Attend(DecoderOperator node, AttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        float[] output = new float[context.Rows.Count * width];
        for (int row = 0; row < context.Rows.Count; row++)
        {
            KeyValueCache cache = context.Rows[row].Sequence.Layer(node.Layer);
            cache.Append(keys.ToHost().AsSpan(row * keyWidth, keyWidth), values.ToHost().AsSpan(row * keyWidth, keyWidth));
            var program = (AttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, cache.Count));
            kernels.Attention(program, query.ToHost().AsSpan(row * width, width), cache, output.AsSpan(row * width, width));
        }

        return new HostValue(output, plan.Output);
    }

    /// <summary>All rows of a sequence enter the cache first, then its rows go through the products together.</summary>
    public StepValue AttendComposed(DecoderOperator node, ComposedAttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        float[] output = new float[context.Rows.Count * width];
        NumericFormat format = NumericFormat.Fp32;
        int first = 0;
        foreach (SequenceTokens entry in context.Step.Batch)
        {
            int rows = entry.Tokens.Length;
            KeyValueCache cache = entry.Sequence.Layer(node.Layer);
            for (int row = first; row < first + rows; row++)
                cache.Append(keys.ToHost().AsSpan(row * keyWidth, keyWidth), values.ToHost().AsSpan(row * keyWidth, keyWidth));
            var program = (ComposedAttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, cache.Count, rows));
            kernels.ComposedAttention(program, query.ToHost().AsSpan(first * width, rows * width), cache, output.AsSpan(first * width, rows * width));
            format = program.Output;
            first += rows;
        }

        return new HostValue(output, format);
    }

    /// <inheritdoc/>
    public StepValue Activate(DecoderOperator node, ActivationPlan plan, StepValue x, StepValue? up)
    {
        if (DiffersByRow(plan))
            return ActivateRows(plan, x, up!, [.. Enumerable.Range(0, context.Rows.Count)]);
        float[] output = new float[x.Length];
        if (_configuration.Activation == ActivationKind.SiluGate)
            kernels.SiluMultiply(plan, x.ToHost(), up!.ToHost(), output);
        else
            kernels.GeluTanh(plan, x.ToHost(), output);
        return new HostValue(output, plan.Output);
    }

    /// <summary>Whether a scalar loop takes the rest of the tensor: each row then has a program of its own.</summary>
    public bool DiffersByRow(ActivationPlan plan) => plan.Block.Length > 0 && _configuration.Activation == ActivationKind.SiluGate;

    /// <summary>The program of one of the step's rows.</summary>
    public ActivationRowProgram RowProgram(ActivationPlan plan, int row, int width) =>
        plan.LowerRow(context.Step.FirstRow + row, context.Step.BatchRows > 0 ? context.Step.BatchRows : context.Rows.Count, width);

    /// <summary>Some of the step's rows, each by its own program.</summary>
    public HostValue ActivateRows(ActivationPlan plan, StepValue gate, StepValue up, int[] rows)
    {
        float[] gates = gate.ToHost(), ups = up.ToHost(), output = new float[gate.Length];
        int width = gates.Length / rows.Length;
        for (int index = 0; index < rows.Length; index++)
        {
            ActivationRowProgram program = RowProgram(plan, rows[index], width);
            (int start, int columns) = (index * width, program.VectorisedColumns);
            kernels.SiluMultiply(program.Vectorised, gates.AsSpan(start, columns), ups.AsSpan(start, columns), output.AsSpan(start, columns));
            (start, columns) = (start + columns, width - columns);
            kernels.SiluMultiply(program.Remainder, gates.AsSpan(start, columns), ups.AsSpan(start, columns), output.AsSpan(start, columns));
        }

        return new HostValue(output, plan.Output);
    }

    /// <inheritdoc/>
    public StepValue Add(ResidualPlan plan, StepValue stream, StepValue x)
    {
        float[] output = new float[stream.Length];
        kernels.Add(plan, stream.ToHost(), x.ToHost(), output);
        return new HostValue(output, plan.Output);
    }

    /// <inheritdoc/>
    public int[] Argmax(StepValue logits, int vocabulary, TieRule tie)
    {
        float[] values = logits.ToHost();
        return [.. Enumerable.Range(0, values.Length / vocabulary).Select(row => GreedyChoice.Of(values.AsSpan(row * vocabulary, vocabulary), tie))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
