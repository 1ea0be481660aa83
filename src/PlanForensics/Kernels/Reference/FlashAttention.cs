using System.Numerics;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Flash attention as <see cref="FlashAttentionProgram"/> states it; scores are a matrix product of the kernels that run it, the rest is one row at a time.</summary>
internal static class FlashAttention
{
    public static void Run(IOperatorKernels kernels, FlashAttentionProgram program, FlashAttentionInput input, Span<float> output)
    {
        KernelSupport.CheckFlashAttention(program, input, output);
        (int rows, int keys, int dimension, int width) = (input.Rows, input.KeyCount, input.HeadDimension, input.ValueDimension);
        GemmProgram product = GemmProgram.Whole(new OperatorShape(rows, keys, dimension), program.Scores);
        float[] scores = new float[rows * keys];
        int group = input.Heads / input.KeyHeads;
        for (int head = 0; head < input.Heads; head++)
        {
            int keyHead = head / group;
            var matrix = new WeightMatrix(keys, dimension, input.Keys.Slice(keyHead * keys * dimension, keys * dimension));
            kernels.Gemm(product, input.Queries.Span.Slice(head * rows * dimension, rows * dimension), matrix, [], scores);
            ReadOnlySpan<float> values = input.Values.Span.Slice(keyHead * keys * width, keys * width);
            for (int row = 0; row < rows; row++)
            {
                Span<float> own = scores.AsSpan(row * keys, keys);
                ReadOnlySpan<float> mask = input.MaskOf(head, row);
                ScaleAndMask(own, mask, input.Scale);
                Row(program, own, mask, values, output.Slice(((row * input.Heads) + head) * width, width));
            }
        }
    }

    private static void ScaleAndMask(Span<float> scores, ReadOnlySpan<float> mask, float scale)
    {
        for (int key = 0; key < scores.Length; key++)
        {
            float scaled = scores[key] * scale;
            scores[key] = mask.IsEmpty ? scaled : scaled + mask[key];
        }
    }

    private static void Row(FlashAttentionProgram program, ReadOnlySpan<float> scores, ReadOnlySpan<float> mask, ReadOnlySpan<float> values, Span<float> output)
    {
        MathPath exp = SinglePath(program.Math);
        output.Clear();
        float sum = 0;
        if (program.Walk == FlashWalk.Tiles)
            sum = WalkTiles(program, scores, values, output);
        else if (program.Chunks.IsEmpty)
            (_, sum) = WalkKeys(program, exp, scores, mask, values, output);
        else
            sum = Merge(program, exp, scores, mask, values, output);
        Multiply(output, sum == 0 ? 0 : 1 / sum);
        Rounding.RoundInPlace(output, NumericFormat.Fp32);
    }

    private static (float Largest, float Sum) WalkKeys(
        FlashAttentionProgram program, MathPath exp, ReadOnlySpan<float> scores, ReadOnlySpan<float> mask, ReadOnlySpan<float> values, Span<float> output)
    {
        bool narrow = program.Accumulator == NumericFormat.Fp16;
        int width = output.Length;
        float largest = float.NegativeInfinity;
        float sum = 0;
        for (int key = 0; key < scores.Length; key++)
        {
            if (!mask.IsEmpty && float.IsNegativeInfinity(mask[key]))
                continue;
            float score = scores[key];
            float rescale = 1;
            float weight = 1;
            if (score > largest)
            {
                rescale = MathFunctions.Exp(exp, largest - score);
                largest = score;
                Multiply(output, rescale);
                if (narrow)
                    Rounding.RoundInPlace(output, NumericFormat.Fp16);
            }
            else
            {
                weight = MathFunctions.Exp(exp, score - largest);
            }

            MultiplyAdd(output, values.Slice(key * width, width), weight);
            if (narrow)
                Rounding.RoundInPlace(output, NumericFormat.Fp16);
            sum = program.FusedSum ? MathF.FusedMultiplyAdd(sum, rescale, weight) : (sum * rescale) + weight;
        }

        return (largest, sum);
    }

    private static float WalkTiles(FlashAttentionProgram program, ReadOnlySpan<float> scores, ReadOnlySpan<float> values, Span<float> output)
    {
        MathPath exp = SinglePath(program.Math);
        int width = output.Length;
        float largest = float.NegativeInfinity;
        float sum = 0;
        float[] weights = new float[program.Tile];
        for (int start = 0; start < scores.Length; start += program.Tile)
        {
            ReadOnlySpan<float> tile = scores.Slice(start, Math.Min(program.Tile, scores.Length - start));
            float top = float.NegativeInfinity;
            foreach (float score in tile)
                top = top > score ? top : score;
            if (float.IsNegativeInfinity(top))
                continue;
            if (top > largest)
            {
                float rescale = MathFunctions.Exp(exp, largest - top);
                Multiply(output, rescale);
                sum *= rescale;
                largest = top;
            }

            Array.Clear(weights);
            for (int key = 0; key < tile.Length; key++)
                weights[key] = tile[key] - largest;
            MathFunctions.Exp(program.Math, weights.AsSpan(0, tile.Length));
            sum = (float)(sum + Folded(weights, program.Fold));
            for (int key = 0; key < tile.Length; key++)
                MultiplyAdd(output, values.Slice((start + key) * width, width), weights[key]);
        }

        return sum;
    }

    /// <summary>ggml's vector exponentials take full registers; single values go to glibc.</summary>
    private static MathPath SinglePath(MathPath path) => path is MathPath.Ggml16 or MathPath.Ggml8 or MathPath.Ggml4 ? MathPath.Glibc : path;

    private static double Folded(ReadOnlySpan<float> weights, int fold)
    {
        double total = 0;
        Span<float> lanes = stackalloc float[64];
        for (int start = 0; start < weights.Length; start += fold)
        {
            weights.Slice(start, fold).CopyTo(lanes);
            for (int half = fold / 2; half >= 1; half /= 2)
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            total += lanes[0];
        }

        return total;
    }

    private static float Merge(
        FlashAttentionProgram program, MathPath exp, ReadOnlySpan<float> scores, ReadOnlySpan<float> mask, ReadOnlySpan<float> values, Span<float> output)
    {
        int width = output.Length;
        float largest = float.NegativeInfinity;
        float sum = 0;
        float[] part = new float[width];
        foreach ((int start, int count) in program.Chunks)
        {
            Array.Clear(part);
            ReadOnlySpan<float> ownMask = mask.IsEmpty ? default : mask.Slice(start, count);
            (float partLargest, float partSum) = WalkKeys(program, exp, scores.Slice(start, count), ownMask, values.Slice(start * width, count * width), part);
            if (partSum == 0)
                continue;
            float next = float.MaxNumber(largest, partLargest);
            float former = MathFunctions.Exp(exp, largest - next);
            float latter = MathFunctions.Exp(exp, partLargest - next);
            for (int index = 0; index < width; index++)
                output[index] = MathF.FusedMultiplyAdd(output[index], former, part[index] * latter);
            sum = MathF.FusedMultiplyAdd(sum, former, partSum * latter);
            largest = next;
        }

        return sum;
    }

    private static void Multiply(Span<float> output, float factor)
    {
        for (int index = 0; index < output.Length; index++)
            output[index] *= factor;
    }

    /// <summary>output = fma(values, weight, output), lanes side by side.</summary>
    private static void MultiplyAdd(Span<float> output, ReadOnlySpan<float> values, float weight)
    {
        int index = 0;
        var weights = new Vector<float>(weight);
        for (; index + Vector<float>.Count <= output.Length; index += Vector<float>.Count)
            Vector.FusedMultiplyAdd(new Vector<float>(values[index..]), weights, new Vector<float>(output[index..])).CopyTo(output[index..]);
        for (; index < output.Length; index++)
            output[index] = MathF.FusedMultiplyAdd(values[index], weight, output[index]);
    }
}
