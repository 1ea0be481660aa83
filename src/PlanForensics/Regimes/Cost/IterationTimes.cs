namespace PlanForensics.Regimes.Cost;

/// <summary>Takes the recorded times of one iteration's ranks apart.</summary>
/// <remarks>
/// What a rank records as time in collectives contains its waiting. The rank that arrives last does not wait, so the least time over all ranks is the transfer, and what another rank spends beyond it is waiting.
/// Where one rank alone was recorded, its waiting is taken to be the recorded skew (at most the whole).
/// </remarks>
internal static class IterationTimes
{
    /// <summary>Transfer and waiting of each rank.</summary>
    public static (double? CommMs, double? SyncMs)[] Split(ReadOnlySpan<EngineStep> ranks)
    {
        var parts = new (double? CommMs, double? SyncMs)[ranks.Length];
        double least = double.PositiveInfinity;
        bool all = true;
        foreach (EngineStep step in ranks)
        {
            all &= step.CommTimeMs is not null;
            least = Math.Min(least, step.CommTimeMs ?? double.PositiveInfinity);
        }

        bool isWhole = all && ranks.Length > 1 && ranks[0].Profiles[0].Shape.TensorParallel is { } count ? count == ranks.Length : all && ranks.Length > 1;
        for (int index = 0; index < parts.Length; index++)
            parts[index] = ranks[index].CommTimeMs is not { } time
                ? ranks[index].Profiles[0].Shape.TensorParallel == 1 ? (0, 0) : (null, null)
                : isWhole ? (least, time - least)
                : ranks[index].RankSkewMs is { } skew ? (time - Math.Min(skew, time), Math.Min(skew, time))
                : (time, null);
        return parts;
    }

    /// <summary>How much less the device times of ranks vary once waiting is added: positive where they do not contain it.</summary>
    public static double Evidence(ReadOnlySpan<EngineStep> ranks, ReadOnlySpan<(double? CommMs, double? SyncMs)> parts)
    {
        (double low, double high, double lowWith, double highWith) = (double.MaxValue, 0, double.MaxValue, 0);
        for (int index = 0; index < ranks.Length; index++)
        {
            if (ranks[index].GpuTimeMs is not { } time || parts[index].SyncMs is not { } wait)
                return 0;
            (low, high) = (Math.Min(low, time), Math.Max(high, time));
            (lowWith, highWith) = (Math.Min(lowWith, time + wait), Math.Max(highWith, time + wait));
        }

        return ranks.Length < 2 ? 0 : high - low - (highWith - lowWith);
    }
}
