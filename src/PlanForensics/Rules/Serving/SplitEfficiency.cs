namespace PlanForensics.Rules.Serving;

/// <summary>The wave-efficiency search that FlashAttention 2 and 3 share.</summary>
internal static class SplitEfficiency
{
    public static int Ceiling(int value, int divisor) => (int)(((long)value + divisor - 1) / divisor);

    public static int Smallest(int work, int multiprocessors, int blocks, int mostSplits, bool skipsEqualCuts)
    {
        if (work >= 0.8f * multiprocessors)
            return 1;
        int most = Math.Min(mostSplits, Math.Min(multiprocessors, blocks));
        float[] efficiency = new float[most + 1];
        float best = 0;
        for (int splits = 1; splits <= most; splits++)
        {
            if (skipsEqualCuts && splits > 1 && Ceiling(blocks, splits) == Ceiling(blocks, splits - 1))
                continue;
            float waves = (float)(work * (long)splits) / multiprocessors;
            efficiency[splits] = waves / MathF.Ceiling(waves);
            best = Math.Max(best, efficiency[splits]);
        }

        for (int splits = 1; splits <= most; splits++)
            if (efficiency[splits] > 0 && efficiency[splits] >= 0.85f * best)
                return splits;
        return 1;
    }
}
