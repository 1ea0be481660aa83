namespace PlanForensics.Kernels.Reference;

/// <summary>q . k of a block of queries and a block of keys, in the orders of oneMKL's SGEMM that <see cref="Plans.ScaledDotProductProgram"/> states.</summary>
internal static class MklScores
{
    private const int Lanes = 4;

    /// <summary>Fills scores (queries, keys).</summary>
    public static void Run(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int depth, Span<float> scores)
    {
        int n = queries.Length / depth;
        int m = keys.Length / depth;
        if (n >= Lanes && m >= MklChain.SmallestWidth)
            Chains(queries, keys, depth, scores, m);
        else
            for (int row = 0; row < n; row++)
                for (int column = 0; column < m; column++)
                    scores[(row * m) + column] = Narrow(queries.Slice(row * depth, depth), keys.Slice(column * depth, depth), row, column, n, m);
    }

    private static void Chains(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int depth, Span<float> scores, int m)
    {
        float[] turned = new float[keys.Length];
        for (int column = 0; column < m; column++)
            for (int term = 0; term < depth; term++)
                turned[(term * m) + column] = keys[(column * depth) + term];
        for (int row = 0; row * depth < queries.Length; row++)
            MklChain.Row(queries.Slice(row * depth, depth), turned, scores.Slice(row * m, m), adds: false);
    }

    private static float Narrow(ReadOnlySpan<float> query, ReadOnlySpan<float> key, int row, int column, int n, int m) => m == 1 ? InLanes(query, key, Lanes, Sets(row, n, true))
        : n == 1 ? InLanes(query, key, Lanes, Sets(column, m, true))
        : InLanes(query, key, 0, Sets(column, m, false));

    // 0: groups of 4 terms; 1 and 2: groups of 8 terms in one set of lanes or in two.
    private static int Sets(int index, int count, bool alternating)
    {
        int whole = count / Lanes * Lanes;
        return index < whole ? 0 : alternating && (index - whole) % 2 == 1 ? 1 : 2;
    }

    private static float InLanes(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int alone, int sets)
    {
        Span<float> lanes = stackalloc float[2 * Lanes];
        lanes.Clear();
        int index = Math.Min(alone, a.Length);
        if (index > 0)
            lanes[0] = a[0] * b[0];
        for (int term = 1; term < index; term++)
            lanes[0] += a[term] * b[term];
        int group = sets == 0 ? Lanes : 2 * Lanes;
        int end = index + ((a.Length - index) / group * group);
        for (int start = index; index < end; index++)
            lanes[(index - start) % (sets == 2 ? 2 * Lanes : Lanes)] += a[index] * b[index];
        for (int lane = 0; sets == 2 && lane < Lanes; lane++)
            lanes[lane] += lanes[lane + Lanes];
        float sum = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
        for (; index < a.Length; index++)
            sum += a[index] * b[index];
        return sum;
    }
}
