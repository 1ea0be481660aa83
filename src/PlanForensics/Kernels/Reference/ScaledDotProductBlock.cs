using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>One block of queries of <see cref="ScaledDotProduct"/>: blocks of keys in order, with a running maximum, sum and output.</summary>
internal sealed class ScaledDotProductBlock(ScaledDotProductProgram program, float scale, bool causal, int firstQuery, int unaligned)
{
    private const int SmallestRows = 4;

    public void Run(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, ReadOnlySpan<float> mask, Span<float> output)
    {
        int depth = program.Depth;
        int rows = queries.Length / depth;
        float[] maxima = [.. Enumerable.Repeat(float.NegativeInfinity, rows)];
        float[] sums = new float[rows];
        int seen = causal ? Math.Min(firstQuery + rows, program.Keys) : program.Keys;
        float[] scores = new float[rows * program.KeyBlock];
        for (int start = 0; start < seen; start += program.KeyBlock)
        {
            int count = Math.Min(program.KeyBlock, program.Keys - start);
            Span<float> block = scores.AsSpan(0, rows * count);
            MklScores.Run(queries, keys.Slice(start * depth, count * depth), depth, block);
            for (int row = 0; row < rows; row++)
            {
                Span<float> weights = block.Slice(row * count, count);
                Span<float> result = output.Slice(row * depth, depth);
                Mask(weights, start, seen, row);
                Scale(weights, mask.IsEmpty ? [] : mask.Slice((row * program.Keys) + start, count));
                Weigh(weights, ref maxima[row], ref sums[row], result, start > 0);
                Add(weights, values.Slice(start * depth, count * depth), result, rows, start > 0);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            float inverse = 1 / (sums[row] == 0 ? 1 : sums[row]);
            foreach (ref float value in output.Slice(row * depth, depth))
                value = Canonical(value * inverse);
        }
    }

    private static float Canonical(float value) => float.IsNaN(value) ? FormatLimits.CanonicalNaN32 : value;

    private void Mask(Span<float> scores, int start, int seen, int row)
    {
        int own = firstQuery + row + 1 - start;
        if (causal && seen - start <= program.KeyBlock && own < scores.Length)
            scores[Math.Max(own, 0)..].Fill(float.NegativeInfinity);
    }

    private void Scale(Span<float> scores, ReadOnlySpan<float> mask)
    {
        for (int index = 0; index < scores.Length; index++)
            scores[index] = mask.IsEmpty ? scores[index] * scale : MathF.FusedMultiplyAdd(scores[index], scale, mask[index]);
    }

    private void Weigh(Span<float> scores, ref float maximum, ref float sum, Span<float> output, bool continues)
    {
        float highest = maximum;
        foreach (float score in scores)
            highest = score > highest || float.IsNaN(score) ? score : highest;

        if (highest == float.NegativeInfinity)
        {
            scores.Clear();
            return;
        }

        float total = Exponentials(scores, highest);
        float factor = GlibcMath.Exp(maximum - highest);
        sum = MathF.FusedMultiplyAdd(factor, sum, total);
        maximum = highest;
        for (int column = 0; continues && column < output.Length; column++)
            output[column] *= factor;
    }

    private float Exponentials(Span<float> scores, float highest)
    {
        Span<float> lanes = stackalloc float[program.Lanes];
        lanes.Clear();
        int whole = scores.Length / program.Lanes * program.Lanes;
        for (int index = 0; index < whole; index++)
        {
            scores[index] = AtenMath.ExpFast(scores[index] - highest);
            lanes[index % program.Lanes] += scores[index];
        }

        for (int distance = program.Lanes / 2; distance > 0; distance /= 2)
            for (int lane = 0; lane < distance; lane++)
                lanes[lane] += lanes[lane + distance];
        float total = lanes[0];
        foreach (ref float score in scores[whole..])
        {
            score = PortableMath.Exp(score - highest);
            total += score;
        }

        return total;
    }

    private void Add(ReadOnlySpan<float> weights, ReadOnlySpan<float> values, Span<float> output, int rows, bool continues)
    {
        if (rows >= SmallestRows && program.Depth >= MklChain.SmallestWidth)
            MklChain.Row(weights, values, output, continues);
        else
            MklRowSum.Row(weights, values, output, continues, unaligned);
    }
}
