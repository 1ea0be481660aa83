using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay.Sharing;

/// <summary>A step that looks every operator's rows up in a memo and has those computed that are missing, together.</summary>
internal sealed class SharedStep(IOperatorKernels kernels, OperatorMemo memo, StepContext context) : IStepOperators
{
    private static readonly object Addition = new();

    private readonly HostStep _host = new(kernels, context);
    private readonly ModelConfiguration _configuration = context.Configuration;

    /// <inheritdoc/>
    public StepValue Give(float[] values, NumericFormat format) => new SharedValue(memo, values, format);

    /// <inheritdoc/>
    public StepValue TakeRows(StepValue x, ReadOnlySpan<int> rows, int width)
    {
        if (x.Length == rows.Length * width)
            return x;
        SharedRow[] all = Rows(x, context.Rows.Count);
        var taken = new SharedRow[rows.Length];
        for (int index = 0; index < taken.Length; index++)
            taken[index] = all[rows[index]];
        return new SharedValue(memo, taken, x.Format);
    }

    /// <inheritdoc/>
    public StepValue Norm(DecoderOperator node, NormProgram program, NumericFormat output, StepValue x)
    {
        SharedRow[] rows = Rows(x, context.Rows.Count);
        var lookup = new RowLookup(memo, Keys(node, OperatorMemo.HashOf(program), rows));
        if (lookup.Missing is not null)
            lookup.Fill(_host.Norm(node, program, output, lookup.Gather(rows, x)));
        return lookup.Value(output);
    }

    /// <summary>A program that differs by row is looked up whole.</summary>
    public StepValue Gemm(DecoderOperator node, GemmProgram program, int rows, StepValue a)
    {
        SharedRow[] parts = Rows(a, program.Uniform is null ? 1 : rows);
        var lookup = new RowLookup(memo, Keys(node, OperatorMemo.HashOf(program), parts));
        if (lookup.Missing is not null)
            lookup.Fill(_host.Gemm(node, program, rows, lookup.Gather(parts, a)));
        return lookup.Value(HostStep.OutputOf(program));
    }

    /// <inheritdoc/>
    public StepValue Rotate(RopePlan plan, RopeTable table, StepValue heads)
    {
        SharedRow[] rows = Rows(heads, context.Rows.Count);
        UInt128 program = OperatorMemo.HashOf(plan);
        var keys = new SharedKey[rows.Length];
        for (int row = 0; row < keys.Length; row++)
            keys[row] = new SharedKey(table, program, rows[row].Id, context.Rows[row].Position, _configuration.RopeStyle == RopeStyle.Interleaved ? 1 : 0);
        var lookup = new RowLookup(memo, keys);
        if (lookup.Missing is { } missing)
            lookup.Fill(_host.Rotate(plan, table, lookup.Gather(rows, heads), Array.ConvertAll(missing, PositionOf)));
        return lookup.Value(plan.Output);
    }

    /// <inheritdoc/>
    public StepValue Attend(DecoderOperator node, AttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        SharedRow[] queries = Rows(query, context.Rows.Count), newKeys = Rows(keys, context.Rows.Count), newValues = Rows(values, context.Rows.Count);
        var output = new SharedRow[queries.Length];
        for (int row = 0; row < output.Length; row++)
        {
            SequenceLayer layer = context.Rows[row].Sequence.Shared(node.Layer);
            long content = layer.Append(memo, newKeys[row], newValues[row]);
            var program = (AttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, layer.Count));
            var key = new SharedKey(node, OperatorMemo.HashOf(program), queries[row].Id, content);
            if (Find(key) is { } known)
            {
                output[row] = known;
                continue;
            }

            float[] computed = new float[_configuration.QueryWidth];
            kernels.Attention(program, queries[row].Values, layer.Cache, computed);
            output[row] = memo.Add(key, computed);
        }

        return new SharedValue(memo, output, plan.Output);
    }

    /// <inheritdoc/>
    public StepValue AttendComposed(DecoderOperator node, ComposedAttentionPlan plan, StepValue query, StepValue keys, StepValue values)
    {
        int width = _configuration.QueryWidth;
        SharedRow[] newKeys = Rows(keys, context.Rows.Count), newValues = Rows(values, context.Rows.Count);
        float[] queries = query.ToHost(), output = new float[context.Rows.Count * width];
        NumericFormat format = NumericFormat.Fp32;
        int first = 0;
        foreach (SequenceTokens entry in context.Step.Batch)
        {
            int rows = entry.Tokens.Length;
            SequenceLayer layer = entry.Sequence.Shared(node.Layer);
            long content = 0;
            for (int row = first; row < first + rows; row++)
                content = layer.Append(memo, newKeys[row], newValues[row]);
            var program = (ComposedAttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, layer.Count, rows));
            SharedRow block = memo.RowOf(queries.AsSpan(first * width, rows * width));
            var key = new SharedKey(node, OperatorMemo.HashOf(program), block.Id, content);
            SharedRow? result = Find(key);
            if (result is null)
            {
                float[] computed = new float[rows * width];
                kernels.ComposedAttention(program, block.Values, layer.Cache, computed);
                result = memo.Add(key, computed);
            }

            result.Values.CopyTo(output.AsSpan(first * width));
            format = program.Output;
            first += rows;
        }

        return new SharedValue(memo, output, format);
    }

    /// <summary>Where a scalar loop takes the rest of the tensor each row has a program of its own.</summary>
    public StepValue Activate(DecoderOperator node, ActivationPlan plan, StepValue x, StepValue? up)
    {
        SharedRow[] gates = Rows(x, context.Rows.Count);
        SharedRow[]? ups = up is null ? null : Rows(up, context.Rows.Count);
        bool differsByRow = _host.DiffersByRow(plan);
        UInt128 program = differsByRow ? 0 : OperatorMemo.HashOf(plan);
        var keys = new SharedKey[gates.Length];
        for (int row = 0; row < keys.Length; row++)
            keys[row] = new SharedKey(node, differsByRow ? OperatorMemo.HashOf(_host.RowProgram(plan, row, gates[row].Values.Length)) : program, gates[row].Id, ups?[row].Id ?? 0);
        var lookup = new RowLookup(memo, keys);
        if (lookup.Missing is { } missing)
            lookup.Fill(differsByRow
                ? _host.ActivateRows(plan, lookup.Gather(gates, x), lookup.Gather(ups!, up!), missing)
                : _host.Activate(node, plan, lookup.Gather(gates, x), ups is null ? null : lookup.Gather(ups, up!)));
        return lookup.Value(plan.Output);
    }

    /// <inheritdoc/>
    public StepValue Add(ResidualPlan plan, StepValue stream, StepValue x)
    {
        SharedRow[] streams = Rows(stream, context.Rows.Count), added = Rows(x, context.Rows.Count);
        UInt128 program = OperatorMemo.HashOf(plan);
        var keys = new SharedKey[streams.Length];
        for (int row = 0; row < keys.Length; row++)
            keys[row] = new SharedKey(Addition, program, streams[row].Id, added[row].Id);
        var lookup = new RowLookup(memo, keys);
        if (lookup.Missing is not null)
            lookup.Fill(_host.Add(plan, lookup.Gather(streams, stream), lookup.Gather(added, x)));
        return lookup.Value(plan.Output);
    }

    /// <inheritdoc/>
    public int[] Argmax(StepValue logits, int vocabulary, TieRule tie) => _host.Argmax(logits, vocabulary, tie);

    /// <inheritdoc/>
    public void Dispose() => _host.Dispose();

    private static SharedKey[] Keys(DecoderOperator node, UInt128 program, SharedRow[] rows)
    {
        var keys = new SharedKey[rows.Length];
        for (int row = 0; row < keys.Length; row++)
            keys[row] = new SharedKey(node, program, rows[row].Id);
        return keys;
    }

    private int PositionOf(int row) => context.Rows[row].Position;

    private static SharedRow[] Rows(StepValue value, int count) => ((SharedValue)value).Rows(count);

    private SharedRow? Find(in SharedKey key)
    {
        SharedRow? row = null;
        memo.Find(new ReadOnlySpan<SharedKey>(in key), new Span<SharedRow?>(ref row));
        return row;
    }
}
