using PlanForensics.Plans;

namespace PlanForensics.Tests.Plans;

/// <summary>ATen's, NumPy's and ggml's sums as the loops that they are, over binary32 terms: the oracle of the orders of lanes.</summary>
internal static class RowOrderLoops
{
    /// <summary>Takes a term into an accumulator; null starts it.</summary>
    public delegate float Take(float? sum, int term);

    public static float Run(LaneTree tree, int count, Take take, Func<float?[], MergeOrder, float> merge, bool startsAtZero) => tree.Order switch
    {
        LaneOrder.Blocks => Blocks(tree, count, take, merge, startsAtZero),
        LaneOrder.Cascade => Cascade(count < tree.Lanes ? 1 : tree.Lanes, tree.Accumulators, count, take),
        _ => Buffered(tree.Lanes, count, take),
    };

    private static float Blocks(LaneTree tree, int count, Take take, Func<float?[], MergeOrder, float> merge, bool startsAtZero)
    {
        float? sum = startsAtZero ? 0.0f : null;
        int term = 0;
        for (; term + tree.Lanes <= count; term += tree.Lanes)
        {
            float block = merge([.. Enumerable.Range(term, tree.Lanes).Select(index => (float?)take(null, index))], tree.Merge);
            sum = sum is { } running ? running + block : block;
        }

        for (; term < count; term++)
            sum = take(sum, term);
        return sum!.Value;
    }

    private static float Cascade(int lanes, int accumulators, int count, Take take)
    {
        int vectors = count / lanes;
        float total = 0;
        for (int term = vectors * lanes; term < count; term++)
            total = take(total, term);
        for (int lane = 0; lane < lanes; lane++)
            total += Lane(lane, lanes, accumulators, vectors, take);
        return total;
    }

    private static float Lane(int lane, int lanes, int accumulators, int vectors, Take take)
    {
        int size = vectors / accumulators;
        float[] sums = new float[accumulators];
        for (int index = 0; index < accumulators; index++)
            sums[index] = Levels(size, (row, sum) => take(sum, (((row * accumulators) + index) * lanes) + lane));
        for (int vector = size * accumulators; vector < vectors; vector++)
            sums[0] = take(sums[0], (vector * lanes) + lane);
        for (int index = 1; index < accumulators; index++)
            sums[0] += sums[index];
        return sums[0];
    }

    private static float Levels(int size, Func<int, float, float> take)
    {
        int log = 0;
        while (1L << log < size)
            log++;
        int power = Math.Max(4, log / 4);
        int step = 1 << power;
        float[] level = new float[4];
        int row = 0;
        while (row + step <= size)
        {
            for (int within = 0; within < step; within++, row++)
                level[0] = take(row, level[0]);
            for (int j = 1; j < 4; j++)
            {
                level[j] += level[j - 1];
                level[j - 1] = 0;
                if ((row & ((step - 1) << (j * power))) != 0)
                    break;
            }
        }

        for (; row < size; row++)
            level[0] = take(row, level[0]);
        return level[0] + level[1] + level[2] + level[3];
    }

    private static float Buffered(int lanes, int count, Take take)
    {
        float total = 0;
        for (int start = 0; start < count; start += 8192)
            total += Pairwise(lanes, start, Math.Min(8192, count - start), take);
        return total;
    }

    private static float Pairwise(int lanes, int start, int count, Take take)
    {
        if (count > 128)
        {
            int half = (count / 2) - (count / 2 % lanes);
            return Pairwise(lanes, start, half, take) + Pairwise(lanes, start + half, count - half, take);
        }

        float? sum = null;
        int term = 0;
        if (count >= lanes)
        {
            float[] r = [.. Enumerable.Range(start, lanes).Select(index => take(null, index))];
            for (term = lanes; term + lanes <= count; term += lanes)
                for (int lane = 0; lane < lanes; lane++)
                    r[lane] = take(r[lane], start + term + lane);
            for (int width = 1; width < lanes; width *= 2)
                for (int lane = 0; lane + width < lanes; lane += 2 * width)
                    r[lane] += r[lane + width];
            sum = r[0];
        }

        for (; term < count; term++)
            sum = take(sum, start + term);
        return sum!.Value;
    }
}
