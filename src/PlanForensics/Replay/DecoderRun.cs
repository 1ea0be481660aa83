using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>One step through the decoder's operators. Values are (rows, width) arrays by their names in the graph.</summary>
internal sealed class DecoderRun
{
    private readonly IOperatorKernels _kernels;
    private readonly OperatorMemo? _memo;
    private readonly ReplayModel _model;
    private readonly ReplayStep _step;
    private readonly ModelConfiguration _configuration;
    private readonly Dictionary<string, float[]> _values = [];
    private readonly Dictionary<string, UInt128[]> _hashes = [];
    private readonly List<(ReplaySequence Sequence, int Position)> _rows = [];
    private readonly MemoizedRows? _memoized;
    private NumericFormat _logitsFormat;

    public DecoderRun(IOperatorKernels kernels, OperatorMemo? memo, ReplayModel model, ReplayStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        (_kernels, _memo, _model, _step, _configuration) = (kernels, step.BypassMemo ? null : memo, model, step, model.Configuration);
        _memoized = _memo is null ? null : new MemoizedRows(_memo);
        foreach (SequenceTokens entry in step.Batch)
        {
            if (entry.Tokens.Length == 0)
                throw new ArgumentException("a sequence gives at least one token to a step", nameof(step));
            if (entry.Sequence.Position + entry.Tokens.Length > _configuration.ContextLength)
                throw new ArgumentException($"position {entry.Sequence.Position + entry.Tokens.Length - 1} lies outside the model's context of {_configuration.ContextLength}", nameof(step));
            for (int offset = 0; offset < entry.Tokens.Length; offset++)
                _rows.Add((entry.Sequence, entry.Sequence.Position + offset));
        }
    }

    public float[] Get(string name) => _values.TryGetValue(name, out float[]? value)
        ? value
        : throw new KeyNotFoundException($"no value named {name}; record it, or run the operator that makes it");

    public void Set(string name, float[] value)
    {
        _values[name] = value;
        _hashes.Remove(name);
    }

    public void Execute(DecoderOperator node)
    {
        OperatorPlan plan = _step.Plan.GetPlan(_step.Phase, node.Layer, node.Role);
        switch (node.Role)
        {
            case OperatorRole.Embedding: Store(node, 0, Embed((ResidualPlan)plan), ((ResidualPlan)plan).Output); break;
            case OperatorRole.PositionAdd: AddPositions(node, (ResidualPlan)plan); break;
            case OperatorRole.AttentionNorm or OperatorRole.MlpNorm or OperatorRole.FinalNorm: Norm(node, (NormPlan)plan); break;
            case OperatorRole.Rope: Rotate(node, (RopePlan)plan); break;
            case OperatorRole.Attention when plan is ComposedAttentionPlan composed: AttendComposed(node, composed); break;
            case OperatorRole.Attention: Attend(node, (AttentionPlan)plan); break;
            case OperatorRole.Activation: Activate(node, (ActivationPlan)plan); break;
            case OperatorRole.AttentionResidual or OperatorRole.MlpResidual: AddResidual(node, (ResidualPlan)plan); break;
            case OperatorRole.Argmax: break;
            default: Gemm(node, plan); break;
        }
    }

    public ReplayStepResult Result()
    {
        float[] logits = Get("logits");
        int vocabulary = _configuration.VocabularySize;
        var argmax = (ArgmaxPlan)_step.Plan.GetPlan(_step.Phase, -1, OperatorRole.Argmax);
        float[][] rows = [.. Enumerable.Range(0, _step.Batch.Count).Select(index => logits.AsSpan(index * vocabulary, vocabulary).ToArray())];
        return new ReplayStepResult(rows, [.. rows.Select(row => GreedyChoice.Of(row, argmax.Tie))], _logitsFormat);
    }

    private float[] Embed(ResidualPlan plan)
    {
        WeightMatrix table = _model.Matrix(OperatorRole.Embedding, -1);
        float[] output = new float[_rows.Count * table.Depth];
        int row = 0;
        foreach (SequenceTokens entry in _step.Batch)
        {
            foreach (int token in entry.Tokens.Span)
            {
                if ((uint)token >= (uint)table.Outputs)
                    throw new ArgumentException($"token id {token} lies outside the vocabulary of {table.Outputs}");
                table.CopyRow(token, output.AsSpan(row++ * table.Depth, table.Depth));
            }
        }

        Rounding.RoundInPlace(output, plan.Output);
        return output;
    }

    private void AddPositions(DecoderOperator node, ResidualPlan plan)
    {
        WeightMatrix table = _model.Matrix(OperatorRole.PositionAdd, -1);
        float[] positions = new float[_rows.Count * table.Depth];
        for (int row = 0; row < _rows.Count; row++)
            table.CopyRow(_rows[row].Position, positions.AsSpan(row * table.Depth, table.Depth));
        float[] output = new float[positions.Length];
        _kernels.Add(plan, Get(node.Inputs[0]), positions, output);
        Store(node, 0, output, plan.Output);
    }

    private void Norm(DecoderOperator node, NormPlan plan)
    {
        float[] input = Get(node.Inputs[0]);
        int width = _configuration.HiddenSize;
        var program = (NormProgram)LoweringCache.Lower(plan, StepPrograms.Norm(_configuration));
        Rowwise(node, program, plan.Output, width, HashOf(node.Inputs[0], _rows.Count), [], (rows, output) =>
        {
            ReadOnlySpan<float> x = MemoizedRows.Gather(input, width, rows);
            ReadOnlySpan<float> weight = _model.Vector(node.Role, node.Layer);
            if (_configuration.Norm == NormKind.Rms)
                _kernels.RmsNorm(program, (float)_configuration.NormEpsilon, x, weight, output);
            else
                _kernels.LayerNorm(program, (float)_configuration.NormEpsilon, x, weight, _model.Vector(node.Role, node.Layer, isBias: true), output);
        });
    }

    private void Gemm(DecoderOperator node, OperatorPlan plan)
    {
        string inputName = node.Inputs[0];
        float[] input = Get(inputName);
        int rows = _rows.Count;
        if (node.Role == OperatorRole.LmHead)
            (input, rows, inputName) = (LastRows(input), _step.Batch.Count, "final_norm.last");
        GemmProgram program = StepPrograms.Gemm(node, plan, rows, _step.BatchRows, node.Role == OperatorRole.LmHead ? _step.FirstSequence ?? _step.FirstRow : _step.FirstRow);
        NumericFormat format = program.Regions.Length == 0 ? NumericFormat.Fp32 : program.Regions[0].Program.Output;
        if (node.Role == OperatorRole.LmHead)
            _logitsFormat = format;
        int depth = node.K!.Value;
        int memoRows = program.Uniform is null ? 1 : rows;
        Rowwise(node, program, format, rows / memoRows * node.N!.Value, HashOf(inputName, memoRows), [], (wanted, output) =>
            _kernels.Gemm(
                program, MemoizedRows.Gather(input, rows / memoRows * depth, wanted), _model.Matrix(node.Role, node.Layer),
                _model.Vector(node.Role, node.Layer, isBias: true), output));
    }

    /// <summary>Only each sequence's last position goes through the head.</summary>
    private float[] LastRows(float[] hidden)
    {
        int width = _configuration.HiddenSize;
        if (hidden.Length == _step.Batch.Count * width)
        {
            _values["final_norm.last"] = hidden;
            return hidden;
        }

        float[] last = new float[_step.Batch.Count * width];
        int row = 0;
        for (int index = 0; index < _step.Batch.Count; index++)
        {
            row += _step.Batch[index].Tokens.Length;
            hidden.AsSpan((row - 1) * width, width).CopyTo(last.AsSpan(index * width));
        }

        _values["final_norm.last"] = last;
        return last;
    }

    private void Rotate(DecoderOperator node, RopePlan plan)
    {
        RopeTable table = _model.Rope(plan);
        for (int index = 0; index < 2; index++)
        {
            float[] rotated = (float[])Get(node.Inputs[index]).Clone();
            int width = rotated.Length / _rows.Count;
            for (int row = 0; row < _rows.Count; row++)
            {
                int position = _rows[row].Position;
                if (position >= table.Positions)
                    throw new ArgumentException($"position {position} lies outside the rope table of {table.Positions} positions");
                _kernels.Rope(
                    plan, _configuration.RopeStyle == RopeStyle.Interleaved, table.Cosine(position), table.Sine(position), rotated.AsSpan(row * width, width));
            }

            Store(node, index, rotated, plan.Output);
        }
    }

    private void Attend(DecoderOperator node, AttentionPlan plan)
    {
        float[] query = Get(node.Inputs[0]);
        float[] keys = Get(node.Inputs[1]);
        float[] values = Get(node.Inputs[2]);
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        float[] output = new float[_rows.Count * width];
        for (int row = 0; row < _rows.Count; row++)
        {
            ReplaySequence sequence = _rows[row].Sequence;
            KeyValueCache cache = sequence.Layer(node.Layer);
            ReadOnlySpan<float> key = keys.AsSpan(row * keyWidth, keyWidth);
            ReadOnlySpan<float> value = values.AsSpan(row * keyWidth, keyWidth);
            cache.Append(key, value);
            var program = (AttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, cache.Count));
            float[] q = query.AsSpan(row * width, width).ToArray();
            if (_memo is null)
            {
                _kernels.Attention(program, q, cache, output.AsSpan(row * width, width));
                continue;
            }

            UInt128 content = sequence.ContentHash(node.Layer);
            (float[] result, _) = _memoized!.Run(node, program, width, [OperatorMemo.HashOf(q)], [content], (_, one) => _kernels.Attention(program, q, cache, one));
            result.CopyTo(output.AsSpan(row * width));
        }

        Store(node, 0, output, plan.Output);
    }

    /// <summary>Attention of whole operators: all rows of a sequence enter the cache first, then its rows go through the products together.</summary>
    private void AttendComposed(DecoderOperator node, ComposedAttentionPlan plan)
    {
        float[] query = Get(node.Inputs[0]);
        float[] keys = Get(node.Inputs[1]);
        float[] values = Get(node.Inputs[2]);
        int width = _configuration.QueryWidth;
        int keyWidth = _configuration.KeyValueWidth;
        float[] output = new float[_rows.Count * width];
        NumericFormat format = NumericFormat.Fp32;
        int first = 0;
        foreach (SequenceTokens entry in _step.Batch)
        {
            int rows = entry.Tokens.Length;
            KeyValueCache cache = entry.Sequence.Layer(node.Layer);
            for (int row = first; row < first + rows; row++)
                cache.Append(keys.AsSpan(row * keyWidth, keyWidth), values.AsSpan(row * keyWidth, keyWidth));
            var program = (ComposedAttentionProgram)LoweringCache.Lower(plan, StepPrograms.Attention(_configuration, cache.Count, rows));
            float[] q = query.AsSpan(first * width, rows * width).ToArray();
            Span<float> own = output.AsSpan(first * width, rows * width);
            if (_memo is null)
                ComposedAttention.Run(_kernels, program, q, cache, own);
            else
                _memoized!.Run(node, program, rows * width, [OperatorMemo.HashOf(q)], [entry.Sequence.ContentHash(node.Layer)], (_, one) => ComposedAttention.Run(_kernels, program, q, cache, one))
                    .Values.CopyTo(own);
            format = program.Output;
            first += rows;
        }

        Store(node, 0, output, format);
    }

    private void Activate(DecoderOperator node, ActivationPlan plan)
    {
        float[] first = Get(node.Inputs[0]);
        float[]? second = node.Inputs.Count > 1 ? Get(node.Inputs[1]) : null;
        int width = first.Length / _rows.Count;
        if (plan.Block.Length > 0 && _configuration.Activation == ActivationKind.SiluGate)
        {
            Store(node, 0, ActivateRows(node, plan, first, second!, width), plan.Output);
            return;
        }

        UInt128[] secondHashes = second is null ? [] : HashOf(node.Inputs[1], _rows.Count);
        Rowwise(node, LoweringCache.Lower(plan, default), plan.Output, width, HashOf(node.Inputs[0], _rows.Count), secondHashes, (rows, output) =>
        {
            if (_configuration.Activation == ActivationKind.SiluGate)
                _kernels.SiluMultiply(plan, MemoizedRows.Gather(first, width, rows), MemoizedRows.Gather(second!, width, rows), output);
            else
                _kernels.GeluTanh(plan, MemoizedRows.Gather(first, width, rows), output);
        });
    }

    /// <summary>Where a scalar loop takes the rest of the tensor each row has a program of its own.</summary>
    private float[] ActivateRows(DecoderOperator node, ActivationPlan plan, float[] gate, float[] up, int width)
    {
        float[] output = new float[gate.Length];
        UInt128[] gateHashes = HashOf(node.Inputs[0], _rows.Count);
        UInt128[] upHashes = HashOf(node.Inputs[1], _rows.Count);
        var hashes = new UInt128[_rows.Count];
        for (int index = 0; index < _rows.Count; index++)
        {
            int start = index * width;
            ActivationRowProgram program = plan.LowerRow(_step.FirstRow + index, _step.BatchRows > 0 ? _step.BatchRows : _rows.Count, width);
            if (_memoized is null)
            {
                Run(output.AsSpan(start, width));
                continue;
            }

            (float[] result, UInt128[] hash) = _memoized.Run(node, program, width, gateHashes.AsSpan(index, 1), upHashes.AsSpan(index, 1), (_, one) => Run(one));
            result.CopyTo(output.AsSpan(start));
            hashes[index] = hash[0];

            void Run(Span<float> row)
            {
                int columns = program.VectorisedColumns;
                _kernels.SiluMultiply(program.Vectorised, gate.AsSpan(start, columns), up.AsSpan(start, columns), row[..columns]);
                _kernels.SiluMultiply(program.Remainder, gate.AsSpan(start + columns, width - columns), up.AsSpan(start + columns, width - columns), row[columns..]);
            }
        }

        if (_memoized is not null)
            _hashes[node.Outputs[0]] = hashes;
        return output;
    }

    private void AddResidual(DecoderOperator node, ResidualPlan plan)
    {
        float[] stream = Get(node.Inputs[0]);
        float[] output = new float[stream.Length];
        _kernels.Add(plan, stream, Get(node.Inputs[1]), output);
        Store(node, 0, output, plan.Output);
    }

    private void Rowwise(
        DecoderOperator node, OperatorProgram program, NumericFormat format, int width, UInt128[] first, UInt128[] second, MemoizedRows.Compute compute)
    {
        float[] output;
        if (_memoized is not null)
        {
            (output, _hashes[node.Outputs[0]]) = _memoized.Run(node, program, width, first, second, compute);
        }
        else
        {
            output = new float[first.Length * width];
            compute([.. Enumerable.Range(0, first.Length)], output);
        }

        Store(node, 0, output, format);
    }

    /// <summary>A hash for each row of a value; without a memo only their number tells.</summary>
    private UInt128[] HashOf(string name, int rows)
    {
        if (_memo is null)
            return new UInt128[rows];
        if (!_hashes.TryGetValue(name, out UInt128[]? hashes) || hashes.Length != rows)
            _hashes[name] = hashes = MemoizedRows.HashRows(Get(name), rows);
        return hashes;
    }

    private void Store(DecoderOperator node, int index, float[] values, NumericFormat format)
    {
        string name = node.Outputs[index];
        _values[name] = values;
        int rows = node.Role == OperatorRole.LmHead ? _step.Batch.Count : _rows.Count;
        _step.Observer?.Invoke(new OperatorOutput(node, name, values, rows, format));
    }
}
