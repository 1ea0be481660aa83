using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>A step over arrays of the host: any kernels, and a memo of rows or none.</summary>
internal sealed class HostStep(IOperatorKernels kernels, OperatorMemo? memo, StepContext context) : IStepOperators
{
    private readonly ReplayModel _model = context.Model;
    private readonly ModelConfiguration _configuration = context.Configuration;
    private readonly MemoizedRows? _memoized = memo is null ? null : new MemoizedRows(memo);

    /// <inheritdoc/>
    public StepValue Give(float[] values, NumericFormat format) => new HostValue(values, format);

    /// <inheritdoc/>
    public StepValue TakeRows(StepValue x, ReadOnlySpan<int> rows, int width) => x.Length == rows.Length * width
        ? x
        : new HostValue(MemoizedRows.Gather(x.ToHost(), width, rows).ToArray(), x.Format);

    /// <inheritdoc/>
    public StepValue Norm(DecoderOperator node, NormProgram program, NumericFormat output, StepValue x)
    {
        float[] input = x.ToHost();
        int width = _configuration.HiddenSize;
        return Rowwise(node, program, output, context.Rows.Count, width, x, null, (rows, y) =>
        {
            ReadOnlySpan<float> wanted = MemoizedRows.Gather(input, width, rows);
            ReadOnlySpan<float> weight = _model.Vector(node.Role, node.Layer);
            if (_configuration.Norm == NormKind.Rms)
                kernels.RmsNorm(program, (float)_configuration.NormEpsilon, wanted, weight, y);
            else
                kernels.LayerNorm(program, (float)_configuration.NormEpsilon, wanted, weight, _model.Vector(node.Role, node.Layer, isBias: true), y);
        });
    }

    /// <inheritdoc/>
    public StepValue Gemm(DecoderOperator node, GemmProgram program, int rows, StepValue a)
    {
        float[] input = a.ToHost();
        NumericFormat format = program.Regions.Length == 0 ? NumericFormat.Fp32 : program.Regions[0].Program.Output;
        int parts = program.Uniform is null ? 1 : rows;
        int depth = rows / parts * node.K!.Value;
        return Rowwise(node, program, format, parts, rows / parts * node.N!.Value, a, null, (wanted, output) =>
            kernels.Gemm(program, MemoizedRows.Gather(input, depth, wanted), _model.Matrix(node.Role, node.Layer), _model.Vector(node.Role, node.Layer, isBias: true), output));
    }

    /// <inheritdoc/>
    public StepValue Rotate(RopePlan plan, RopeTable table, StepValue heads)
    {
        float[] rotated = (float[])heads.ToHost().Clone();
        int width = rotated.Length / context.Rows.Count;
        for (int row = 0; row < context.Rows.Count; row++)
        {
            int position = context.Rows[row].Position;
            kernels.Rope(plan, _configuration.RopeStyle == RopeStyle.Interleaved, table.Cosine(position), table.Sine(position), rotated.AsSpan(row * width, width));
        }

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
            ReplaySequence sequence = context.Rows[row].Sequence;
            KeyValueCache cache = sequence.Layer(node.Layer);
            cache.Append(keys.ToHost().AsSpan(row * keyWidth, keyWidth), values.ToHost().AsSpan(row * keyWidth, keyWidth));
            var program = (AttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, cache.Count));
            float[] q = query.ToHost().AsSpan(row * width, width).ToArray();
            if (_memoized is null)
                kernels.Attention(program, q, cache, output.AsSpan(row * width, width));
            else
                _memoized.Run(node, program, width, [OperatorMemo.HashOf(q)], [sequence.ContentHash(node.Layer)], (_, one) => kernels.Attention(program, q, cache, one))
                    .Values.CopyTo(output.AsSpan(row * width));
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
            float[] q = query.ToHost().AsSpan(first * width, rows * width).ToArray();
            Span<float> own = output.AsSpan(first * width, rows * width);
            if (_memoized is null)
                ComposedAttention.Run(kernels, program, q, cache, own);
            else
                _memoized.Run(node, program, rows * width, [OperatorMemo.HashOf(q)], [entry.Sequence.ContentHash(node.Layer)], (_, one) => ComposedAttention.Run(kernels, program, q, cache, one))
                    .Values.CopyTo(own);
            format = program.Output;
            first += rows;
        }

        return new HostValue(output, format);
    }

    /// <inheritdoc/>
    public StepValue Activate(DecoderOperator node, ActivationPlan plan, StepValue x, StepValue? up)
    {
        float[] first = x.ToHost();
        float[]? second = up?.ToHost();
        int width = first.Length / context.Rows.Count;
        if (plan.Block.Length > 0 && _configuration.Activation == ActivationKind.SiluGate)
            return ActivateRows(node, plan, (HostValue)x, (HostValue)up!, width);
        return Rowwise(node, LoweringCache.Lower(plan, default), plan.Output, context.Rows.Count, width, x, up, (rows, output) =>
        {
            if (_configuration.Activation == ActivationKind.SiluGate)
                kernels.SiluMultiply(plan, MemoizedRows.Gather(first, width, rows), MemoizedRows.Gather(second!, width, rows), output);
            else
                kernels.GeluTanh(plan, MemoizedRows.Gather(first, width, rows), output);
        });
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

    /// <summary>Where a scalar loop takes the rest of the tensor each row has a program of its own.</summary>
    private HostValue ActivateRows(DecoderOperator node, ActivationPlan plan, HostValue gate, HostValue up, int width)
    {
        int rows = context.Rows.Count;
        float[] output = new float[gate.Length];
        UInt128[] hashes = new UInt128[rows];
        for (int index = 0; index < rows; index++)
        {
            int start = index * width;
            ActivationRowProgram program = plan.LowerRow(context.Step.FirstRow + index, context.Step.BatchRows > 0 ? context.Step.BatchRows : rows, width);
            if (_memoized is null)
            {
                Run(output.AsSpan(start, width));
                continue;
            }

            (float[] result, UInt128[] hash) = _memoized.Run(node, program, width, gate.HashRows(rows).AsSpan(index, 1), up.HashRows(rows).AsSpan(index, 1), (_, one) => Run(one));
            result.CopyTo(output.AsSpan(start));
            hashes[index] = hash[0];

            void Run(Span<float> row)
            {
                int columns = program.VectorisedColumns;
                kernels.SiluMultiply(program.Vectorised, gate.Values.AsSpan(start, columns), up.Values.AsSpan(start, columns), row[..columns]);
                kernels.SiluMultiply(program.Remainder, gate.Values.AsSpan(start + columns, width - columns), up.Values.AsSpan(start + columns, width - columns), row[columns..]);
            }
        }

        return new HostValue(output, plan.Output, _memoized is null ? null : hashes);
    }

    /// <summary>An operator whose rows (or groups of rows) are independent: each is looked up by its own inputs.</summary>
    private HostValue Rowwise(DecoderOperator node, OperatorProgram program, NumericFormat format, int parts, int width, StepValue first, StepValue? second, MemoizedRows.Compute compute)
    {
        if (_memoized is null)
        {
            float[] output = new float[parts * width];
            compute([.. Enumerable.Range(0, parts)], output);
            return new HostValue(output, format);
        }

        (float[] values, UInt128[] hashes) = _memoized.Run(
            node, program, width, ((HostValue)first).HashRows(parts), second is null ? [] : ((HostValue)second).HashRows(parts), compute);
        return new HostValue(values, format, hashes);
    }
}
