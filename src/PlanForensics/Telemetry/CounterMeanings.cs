using System.Text.RegularExpressions;

namespace PlanForensics.Telemetry;

/// <summary>What hardware counters of Nsight Compute say, in words of ours.</summary>
internal static partial class CounterMeanings
{
    public static string? Of(string metric)
    {
        if (metric is "lts__t_sector_hit_rate.pct" or "lts__t_sectors_hit_rate.pct" or "lts__average_t_sector_hit_rate.pct" or "L2 Hit Rate")
            return "l2_hit_rate";
        if (metric is "gpu__time_duration.sum" or "gpu__time_duration.avg" or "Duration")
            return "duration";
        if (StallPattern().Match(metric) is { Success: true } stall)
            return $"stall.{stall.Groups[1].Value}";
        if (metric.Contains("pipe_tensor", StringComparison.Ordinal) && metric.Contains(".pct", StringComparison.Ordinal))
            return "tensor_pipe_active";
        return metric.StartsWith("lts__t_sectors", StringComparison.Ordinal) ? "l2_sectors" : null;
    }

    // smsp__warps_issue_stalled_REASON, with the averages, samples and ratios that the tool makes of it.
    [GeneratedRegex(@"^smsp__(?:[a-z]+_)*issue_stalled_([a-z_]+?)(?:_per_(?:warp|issue)_active|_not_issued)*(?:\.|$)")]
    private static partial Regex StallPattern();
}
