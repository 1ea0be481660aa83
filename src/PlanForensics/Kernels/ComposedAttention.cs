using System.Numerics.Tensors;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels;

/// <summary>Runs attention composed of matrix products over any kernels: their matrix product does the two products, the softmax between them is scalar.</summary>
/// <remarks><see cref="ComposedAttentionProgram"/> states the arithmetic. Bitwise: identical on every machine.</remarks>
public static class ComposedAttention
{
    /// <summary>Runs the query rows of one sequence in one layer.</summary>
    /// <param name="kernels">The kernels that run the matrix products.</param>
    /// <param name="program">The program.</param>
    /// <param name="query">(rows, heads x head_dim) queries.</param>
    /// <param name="cache">Keys and values of the layer, the rows' own appended.</param>
    /// <param name="output">Receives (rows, heads x head_dim).</param>
    /// <exception cref="ArgumentException">The lengths do not fit the program and the cache.</exception>
    /// <exception cref="PlanNotSupportedException">The program is refused.</exception>
    public static void Run(IOperatorKernels kernels, ComposedAttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        KernelSupport.CheckComposed(program, query, cache, output);
        int width = query.Length / program.Rows;
        int dimension = program.HeadDimension;
        int group = width / dimension / cache.Heads;
        float scale = Rounding.ToFormat((float)(1 / Math.Sqrt(dimension)), program.Scaled);
        float[] rows = new float[program.Rows * dimension];
        float[] scores = new float[program.Rows * program.Keys];
        for (int keyHead = 0; keyHead < cache.Heads; keyHead++)
        {
            (WeightMatrix keys, WeightMatrix values) = Operands(cache, keyHead, program.Keys);
            for (int head = keyHead * group; head < (keyHead + 1) * group; head++)
            {
                for (int row = 0; row < program.Rows; row++)
                    query.Slice((row * width) + (head * dimension), dimension).CopyTo(rows.AsSpan(row * dimension));
                kernels.Gemm(program.Scores, rows, keys, [], scores);
                for (int row = 0; row < program.Rows; row++)
                    Softmax(program, scale, row, scores.AsSpan(row * program.Keys, program.Keys));
                kernels.Gemm(program.Values, scores, values, [], rows);
                for (int row = 0; row < program.Rows; row++)
                    rows.AsSpan(row * dimension, dimension).CopyTo(output[((row * width) + (head * dimension))..]);
            }
        }
    }

    private static void Softmax(ComposedAttentionProgram program, float scale, int row, Span<float> scores)
    {
        TensorPrimitives.Multiply(scores, scale, scores);
        Rounding.RoundInPlace(scores, program.Scaled);
        if (program.Rows > 1)
            Mask(scores, program.Keys - program.Rows + row + 1, program.Scaled);
        float largest = float.NegativeInfinity;
        foreach (float score in scores)
            largest = float.IsNaN(largest) || float.IsNaN(score) ? float.NaN : Math.Max(largest, score);
        TensorPrimitives.Subtract(scores, largest, scores);
        MathFunctions.Exp(program.Math, scores);
        float sum = LaneSum.Covers(program.Lanes) ? LaneSum.Run(program.Lanes, scores) : ReductionInterpreter.Run(program.Sum, scores, default);
        if (program.Divide == Division.Divide)
            TensorPrimitives.Divide(scores, sum, scores);
        else
            TensorPrimitives.Multiply(scores, 1 / sum, scores);
        Rounding.RoundInPlace(scores, program.Probabilities);
    }

    private static void Mask(Span<float> scores, int visible, NumericFormat format)
    {
        TensorPrimitives.Add(scores[..visible], 0, scores[..visible]);
        TensorPrimitives.Add(scores[visible..], Lowest(format), scores[visible..]);
        Rounding.RoundInPlace(scores, format);
    }

    private static float Lowest(NumericFormat format) => format switch
    {
        NumericFormat.Bf16 => BitConverter.UInt32BitsToSingle(0xFF7F_0000),
        NumericFormat.Fp16 => -65504,
        _ => float.MinValue,
    };

    private static (WeightMatrix Keys, WeightMatrix Values) Operands(KeyValueCache cache, int head, int count)
    {
        int dimension = cache.HeadDimension;
        float[] keys = new float[count * dimension];
        float[] values = new float[count * dimension];
        ReadOnlySpan<float> storedKeys = cache.Keys(head);
        ReadOnlySpan<float> storedValues = cache.Values(head);
        for (int position = 0; position < count; position++)
        {
            for (int d = 0; d < dimension; d++)
            {
                keys[(position * dimension) + d] = storedKeys[(d * cache.Capacity) + position];
                values[(d * count) + position] = storedValues[(position * dimension) + d];
            }
        }

        return (new WeightMatrix(count, dimension, keys), new WeightMatrix(dimension, count, values));
    }
}
