using PlanForensics.Contracts;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Regimes.Causes;

/// <summary>Events of single ranks; rank -1 stands for any rank.</summary>
internal sealed class RankSignals(ReplicaTable table, RankTimes times, CauseOptions options)
{
    /// <summary>A rank's own time above a multiple of the median of its group's, which two ranks at least must have recorded.</summary>
    public Signal Slow(int rank)
    {
        sbyte[] state = new sbyte[table.Count];
        double[] own = new double[table.Count], usual = new double[table.Count];
        List<double> group = [];
        for (int index = 0; index < state.Length; index++)
        {
            (state[index], own[index]) = (-1, double.NaN);
            group.Clear();
            foreach (EngineStep step in table.StepsOf(index))
            {
                if ((times.Of(step).ComputeMs ?? step.GpuTimeMs) is not { } time)
                    continue;
                group.Add(time);
                if (step.Rank == rank)
                    own[index] = time;
            }

            if (group.Count < 2 || double.IsNaN(own[index]))
                continue;
            usual[index] = Baselines.Median(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(group));
            state[index] = own[index] > options.SlowRankFactor * usual[index] ? (sbyte)1 : (sbyte)0;
        }

        return new Signal(
            CauseEvent.RankSlow, state, false,
            index => FormattableString.Invariant($"own time {own[index]:0.###} ms, {own[index] / usual[index]:0.##} times its group's median {usual[index]:0.###} ms"), "gpu_time_ms", "rank") { Rank = rank };
    }

    /// <summary>More fallbacks or requantisations than the rank's median, or another pathway than most of its peers.</summary>
    public Signal Fallback(int rank)
    {
        int[] ranks = rank >= 0 ? [rank] : table.Ranks;
        sbyte[] state = new sbyte[table.Count];
        Array.Fill(state, (sbyte)-1);
        string?[] evidence = new string?[table.Count];
        foreach (int one in ranks)
        {
            Count(one, "fallbacks", step => step.FallbackCount, state, evidence);
            Count(one, "requantisations", step => step.RequantizeCount, state, evidence);
        }

        Pathways(rank, state, evidence);
        return new Signal(CauseEvent.RankFallback, state, false, index => evidence[index] ?? "", "fallback_count", "requantize_count") { Rank = rank >= 0 ? rank : null };
    }

    private void Count(int rank, string what, Func<EngineStep, int?> count, sbyte[] state, string?[] evidence)
    {
        double[] values = new double[table.Count];
        for (int index = 0; index < values.Length; index++)
            values[index] = table.Find(index, rank) is { } step && count(step) is { } number ? number : double.NaN;
        double[] recorded = [.. values.Where(value => !double.IsNaN(value))];
        if (recorded.Length == 0)
            return;
        double usual = Baselines.Median(recorded);
        for (int index = 0; index < values.Length; index++)
        {
            if (double.IsNaN(values[index]))
                continue;
            bool rose = values[index] > usual;
            state[index] = Math.Max(state[index], rose ? (sbyte)1 : (sbyte)0);
            if (rose)
                evidence[index] ??= FormattableString.Invariant($"rank {rank}: {values[index]:0} {what}, usually {usual:0}");
        }
    }

    private void Pathways(int rank, sbyte[] state, string?[] evidence)
    {
        for (int index = 0; index < state.Length; index++)
        {
            if (table.RankCountOf(index) < 2)
                continue;
            (int Rank, int Set, (string?, string?, string?) Path)[] paths = [.. table.StepsOf(index).Select(step => (step.Rank, step.ProfileSet, PathOf(step)))];
            if (paths.All(path => path.Set == paths[0].Set) || paths.Any(path => path.Path == (null, null, null)))
                continue;
            IGrouping<(string?, string?, string?), (int Rank, int Set, (string?, string?, string?) Path)>[] groups = [.. paths.GroupBy(path => path.Path).OrderByDescending(group => group.Count())];
            if (groups.Length < 2 || groups[0].Count() == groups[1].Count())
                continue;
            foreach ((int other, _, (string? precision, string? algorithm, string? kernel)) in groups.Skip(1).SelectMany(group => group).Where(path => rank < 0 || path.Rank == rank))
            {
                state[index] = 1;
                evidence[index] ??= FormattableString.Invariant($"rank {other} ran another pathway than its peers ({string.Join(", ", new[] { precision, algorithm, kernel }.OfType<string>())})");
            }
        }
    }

    private static (string? Precision, string? Algorithm, string? Kernel) PathOf(EngineStep step)
    {
        StepState profile = step.Profiles[0];
        return (profile.PrecisionPath, profile.AlgorithmId, profile.KernelVariant);
    }
}
