namespace PlanForensics.Attribution.Incidents;

/// <summary>Calls that only move values: heads, caches, halves.</summary>
internal static class RecordedLayout
{
    /// <summary>(B T, H D) to (B, H, T, D).</summary>
    public static float[] Heads(RecordedValue x, int heads, int tokens) => Swap(x.Values, x.Rows / tokens, tokens, heads, x.Width / heads);

    /// <summary>(B, H, T, D) to (B T, H D).</summary>
    public static float[] Merge(RecordedValue x, int batch)
    {
        (int heads, int tokens) = (x.Shape[^3], x.Shape[^2]);
        return Swap(x.Values, batch, heads, tokens, x.Width);
    }

    /// <summary>The second half negated before the first.</summary>
    public static float[] RotateHalf(RecordedValue x)
    {
        float[] y = new float[x.Values.Length];
        int half = x.Width / 2;
        for (int start = 0; start < y.Length; start += x.Width)
        {
            for (int index = 0; index < half; index++)
            {
                y[start + index] = -x.Values[start + half + index];
                y[start + half + index] = x.Values[start + index];
            }
        }

        return y;
    }

    /// <summary>Joins (.., S, D) and (.., T, D) along the tokens.</summary>
    public static float[] Concatenate(RecordedValue cache, RecordedValue added)
    {
        (int old, int more) = (cache.Shape[^2] * cache.Width, added.Shape[^2] * added.Width);
        int groups = added.Values.Length / more;
        float[] y = new float[groups * (old + more)];
        for (int group = 0; group < groups; group++)
        {
            cache.Values.AsSpan(group * old, old).CopyTo(y.AsSpan(group * (old + more)));
            added.Values.AsSpan(group * more, more).CopyTo(y.AsSpan((group * (old + more)) + old));
        }

        return y;
    }

    /// <summary>Each key head as often as query heads share it.</summary>
    public static float[] Repeat(RecordedValue x, int times)
    {
        int matrix = x.Shape[^2] * x.Width;
        float[] y = new float[x.Values.Length * times];
        for (int head = 0; head < x.Values.Length / matrix; head++)
            for (int copy = 0; copy < times; copy++)
                x.Values.AsSpan(head * matrix, matrix).CopyTo(y.AsSpan(((head * times) + copy) * matrix));
        return y;
    }

    /// <summary>Each sequence's last token.</summary>
    public static float[] Last(RecordedValue x, int tokens)
    {
        int batch = x.Rows / tokens;
        float[] y = new float[batch * x.Width];
        for (int row = 0; row < batch; row++)
            x.Values.AsSpan((((row + 1) * tokens) - 1) * x.Width, x.Width).CopyTo(y.AsSpan(row * x.Width));
        return y;
    }

    /// <summary>Applies an operation to two tensors, the smaller repeated over the leading dimensions or spread over the last.</summary>
    public static float[] Broadcast(RecordedValue a, RecordedValue b, Func<float, float, float> operation)
    {
        (RecordedValue large, RecordedValue small) = a.Values.Length >= b.Values.Length ? (a, b) : (b, a);
        bool isColumn = small.Width == 1 && large.Width != 1 && small.Values.Length == large.Rows;
        float[] y = new float[large.Values.Length];
        for (int index = 0; index < y.Length; index++)
        {
            float other = small.Values[isColumn ? index / large.Width : index % small.Values.Length];
            y[index] = ReferenceEquals(large, a) ? operation(large.Values[index], other) : operation(other, large.Values[index]);
        }

        return y;
    }

    private static float[] Swap(float[] x, int groups, int first, int second, int width)
    {
        float[] y = new float[x.Length];
        for (int group = 0; group < groups; group++)
            for (int i = 0; i < first; i++)
                for (int j = 0; j < second; j++)
                    x.AsSpan(((((group * first) + i) * second) + j) * width, width).CopyTo(y.AsSpan(((((group * second) + j) * first) + i) * width));
        return y;
    }
}
