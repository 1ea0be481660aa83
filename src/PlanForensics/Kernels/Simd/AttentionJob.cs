using System.Numerics.Tensors;
using PlanForensics.Kernels.Threading;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>The key/value heads of one attention.</summary>
internal sealed unsafe class AttentionJob<TF, TD, TSimd> : IJob
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    private const int FewRows = 4;

    private readonly AttentionProgram _program;
    private readonly KeyValueCache _cache;
    private readonly CompiledProgram _scores;
    private readonly SoftmaxScale _scale;
    private readonly int _dimension;
    private readonly int _longestBlock;
    private readonly int _slots;

    public AttentionJob(AttentionProgram program, KeyValueCache cache)
    {
        (_program, _cache, _dimension) = (program, cache, cache.HeadDimension);
        _scores = CompiledProgram.Of(program.Scores);
        _scale = new SoftmaxScale(program, cache.HeadDimension);
        int slot = StridedProduct<TF, TD, TSimd>.Slot;
        _slots = _scores.ScratchBytes(slot);
        foreach (var part in program.Parts)
        {
            foreach (AttentionBlock block in part)
            {
                _longestBlock = Math.Max(_longestBlock, block.Count);
                _slots = Math.Max(_slots, Math.Max(CompiledProgram.Of(block.Values).ScratchBytes(slot), CompiledProgram.Of(block.Sum).ScratchBytes(TSimd.Width)));
                HasRounding |= CompiledProgram.Of(block.Values).HasRounding;
            }
        }

        HasRounding |= _scores.HasRounding;
    }

    public required float* Query { get; init; }

    public required float* Output { get; init; }

    public required int Heads { get; init; }

    private bool HasRounding { get; }

    public void Run(int part, int parts)
    {
        int group = Heads / _cache.Heads;
        int most = HasRounding ? FewRows : TSimd.MostRows;
        int blocks = (group + most - 1) / most;
        int end = _cache.Heads * (part + 1) / parts;
        int rowLength = ScoreStride;
        int depth = Math.Max(_dimension, _longestBlock);
        long floats = (_slots / sizeof(float)) + ((long)depth * 2 * TSimd.Width) + ((long)most * (rowLength + depth + (_dimension * (_program.Parts.Length + 1L)))) + depth;
        using var memory = new ScratchMemory(floats * sizeof(float));
        for (int head = _cache.Heads * part / parts; head < end; head++)
        {
            for (int block = 0; block < blocks; block++)
            {
                (int first, int count) = Gemm<TF, TD, TSimd>.Block(group, blocks, block);
                HeadsOf(head, (head * group) + first, count, memory.Start);
            }
        }
    }

    /// <summary>A register is read from the last key on.</summary>
    private int ScoreStride => _program.KeyCount + TSimd.Width;

    private void HeadsOf(int keyHead, int firstHead, int rows, float* memory)
    {
        int depth = Math.Max(_dimension, _longestBlock);
        float* scores = memory + (_slots / sizeof(float)) + ((nint)depth * 2 * TSimd.Width);
        float* operand = scores + ((nint)rows * ScoreStride);
        float* blockOutput = operand + ((nint)rows * depth) + depth;
        float* outputs = blockOutput + ((nint)rows * _dimension);
        Scores(keyHead, firstHead, rows, scores, operand, memory);
        Span<SoftmaxState> states = stackalloc SoftmaxState[rows * _program.Parts.Length];
        for (int part = 0; part < _program.Parts.Length; part++)
        {
            bool isFirst = true;
            foreach (AttentionBlock block in _program.Parts[part])
            {
                Block(keyHead, block, rows, isFirst, states.Slice(part * rows, rows), scores, operand, blockOutput, outputs + ((nint)part * rows * _dimension), memory);
                isFirst = false;
            }
        }

        for (int row = 0; row < rows; row++)
            Finish(rows, row, states, outputs, new Span<float>(Output + ((nint)(firstHead + row) * _dimension), _dimension));
    }

    private void Scores(int keyHead, int firstHead, int rows, float* scores, float* operand, float* memory)
    {
        var queries = new ReadOnlySpan<float>(Query + ((nint)firstHead * _dimension), rows * _dimension);
        if (_program.ScaleQuery)
        {
            float[] copy = new float[queries.Length];
            TensorPrimitives.Multiply(queries, _scale.Factor, copy);
            Rounding.RoundInPlace(copy, _program.Output);
            queries = copy;
        }

        Operands.Interleave(queries, rows, _dimension, NumericFormat.Fp32, new Span<float>(operand + ((nint)rows * _dimension), _dimension), new Span<float>(operand, rows * _dimension));
        StridedProduct<TF, TD, TSimd>.Run(_scores, operand, rows, _cache.Keys(keyHead), _cache.Capacity, _program.KeyCount, scores, ScoreStride, memory);
        if (_program.ScaleQuery || _program.BaseTwo)
            return;
        for (int row = 0; row < rows; row++)
        {
            var values = new Span<float>(scores + ((nint)row * ScoreStride), _program.KeyCount);
            TensorPrimitives.Multiply(values, _scale.Factor, values);
        }
    }

    private void Block(
        int keyHead, AttentionBlock block, int rows, bool isFirst, Span<SoftmaxState> states, float* scores, float* operand, float* blockOutput, float* outputs, float* memory)
    {
        CompiledProgram sum = CompiledProgram.Of(block.Sum);
        double total = 0;
        Span<SoftmaxState> former = stackalloc SoftmaxState[rows];
        states.CopyTo(former);
        for (int row = 0; row < rows; row++)
        {
            float* start = scores + ((nint)row * ScoreStride) + block.Start;
            var values = new Span<float>(start, block.Count);
            float largest = Largest(values, isFirst ? float.NegativeInfinity : states[row].Largest);
            Exponentials(values, largest);
            RowSums<TF, TD, TSimd>.Lanes(sum, start, 1, memory, new Span<double>(ref total));
            states[row] = new SoftmaxState(largest, (float)total);
            if (_program.NormalizesProbabilities)
                _scale.Divide(values, (float)total);
            Rounding.RoundInPlace(values, _program.Probabilities);
            for (int index = 0; index < values.Length; index++)
                operand[(index * rows) + row] = values[index];
        }

        float* target = isFirst ? outputs : blockOutput;
        ReadOnlySpan<float> weighted = _cache.Values(keyHead)[(block.Start * _dimension)..];
        StridedProduct<TF, TD, TSimd>.Run(CompiledProgram.Of(block.Values), operand, rows, weighted, _dimension, _dimension, target, _dimension, memory);
        for (int row = 0; row < rows && !isFirst; row++)
        {
            float factor = _scale.Decay(former[row].Largest, states[row].Largest);
            states[row] = new SoftmaxState(states[row].Largest, _scale.MultiplyAdd(former[row].Sum, factor, states[row].Sum));
            _scale.MultiplyAdd(
                new Span<float>(outputs + ((nint)row * _dimension), _dimension), factor, new Span<float>(blockOutput + ((nint)row * _dimension), _dimension));
        }
    }

    private void Exponentials(Span<float> scores, float largest)
    {
        if (_program.BaseTwo)
        {
            ScaleAndShift(scores, _scale.Base, -(largest * _scale.Base));
            PortableMath.Exp2(scores, scores);
        }
        else
        {
            TensorPrimitives.Subtract(scores, largest, scores);
            MathFunctions.Exp(_program.Math, scores);
        }
    }

    private void Finish(int rows, int row, ReadOnlySpan<SoftmaxState> states, float* outputs, Span<float> output)
    {
        float sum = states[row].Sum;
        int parts = _program.Parts.Length;
        new ReadOnlySpan<float>(outputs + ((nint)row * _dimension), _dimension).CopyTo(output);
        if (parts > 1)
        {
            float largest = float.NegativeInfinity;
            for (int part = 0; part < parts; part++)
                largest = SoftmaxScale.Max(largest, states[(part * rows) + row].Largest);
            for (int part = 0; part < parts; part++)
            {
                SoftmaxState state = states[(part * rows) + row];
                float factor = _scale.Decay(state.Largest, largest);
                var values = new Span<float>(outputs + ((((nint)part * rows) + row) * _dimension), _dimension);
                sum = part == 0 ? state.Sum * factor : _scale.MultiplyAdd(state.Sum, factor, sum);
                if (part == 0)
                    TensorPrimitives.Multiply(values, factor, output);
                else
                    _scale.MultiplyAddTo(values, factor, output);
            }
        }

        if (!_program.NormalizesProbabilities)
            _scale.Divide(output, sum);
        Rounding.RoundInPlace(output, _program.Output);
    }

    /// <summary>The largest score; a NaN poisons it. Which of two zeros is taken does not show: exp of a zero is 1.</summary>
    private static float Largest(ReadOnlySpan<float> scores, float largest)
    {
        int index = 0;
        fixed (float* start = scores)
        {
            if (scores.Length >= TSimd.Width)
            {
                TF most = TSimd.Broadcast(largest);
                for (; index + TSimd.Width <= scores.Length; index += TSimd.Width)
                    most = TSimd.Max(most, TSimd.Load(start + index));
                float* lanes = stackalloc float[TSimd.Width];
                TSimd.Store(most, lanes);
                for (int lane = 0; lane < TSimd.Width; lane++)
                    largest = SoftmaxScale.Max(largest, lanes[lane]);
            }
        }

        for (; index < scores.Length; index++)
            largest = SoftmaxScale.Max(largest, scores[index]);
        return largest;
    }

    private static void ScaleAndShift(Span<float> values, float factor, float addend)
    {
        int index = 0;
        fixed (float* start = values)
            for (; index + TSimd.Width <= values.Length; index += TSimd.Width)
                TSimd.Store(TSimd.Fma(TSimd.Load(start + index), TSimd.Broadcast(factor), TSimd.Broadcast(addend)), start + index);
        for (; index < values.Length; index++)
            values[index] = MathF.FusedMultiplyAdd(values[index], factor, addend);
    }
}
