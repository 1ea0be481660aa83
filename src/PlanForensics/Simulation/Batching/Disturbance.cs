using System.Globalization;

namespace PlanForensics.Simulation.Batching;

/// <summary>Something that happens to a simulated engine between two times. Text: <c>KIND[=VALUE]@FROM-TO</c>, in seconds since the trace's start.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="FromSeconds">When it begins.</param>
/// <param name="ToSeconds">When it ends; after the beginning.</param>
/// <param name="Value">MB that are pinned, or the factor by which something is slower; 0 where the kind has none.</param>
/// <param name="Rank">The rank meant; 0 where the kind has none.</param>
public sealed record Disturbance(DisturbanceKind Kind, double FromSeconds, double ToSeconds, double Value = 0, int Rank = 0)
{
    /// <summary>Whether it holds at a time: from its beginning up to, not including, its end.</summary>
    /// <param name="ticks">Ticks of 100 ns since the trace's start.</param>
    /// <returns>True when it holds.</returns>
    public bool HoldsAt(long ticks) => ticks >= FromTicks && ticks < ToTicks;

    internal long FromTicks => (long)(FromSeconds * TimeSpan.TicksPerSecond);

    internal long ToTicks => (long)(ToSeconds * TimeSpan.TicksPerSecond);

    /// <summary>Reads the text form.</summary>
    /// <param name="text">For example <c>replication=20000@60-120</c>, <c>strict@10-20</c> or <c>slow_rank=1:3@5-6</c>.</param>
    /// <returns>The disturbance.</returns>
    /// <exception cref="FormatException">The text is none.</exception>
    public static Disturbance Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string[] times = at < 0 ? [] : text[(at + 1)..].Split('-');
        if (times.Length != 2 || !TryNumber(times[0], out double from) || !TryNumber(times[1], out double to) || to <= from)
            throw Bad(text, "expected KIND[=VALUE]@FROM-TO with seconds that ascend");
        string[] what = text[..at].Split('=', 2);
        string value = what.Length > 1 ? what[1] : "";
        return what[0] switch
        {
            "replication" => new(DisturbanceKind.Replication, from, to, Amount(value)),
            "checkpoint" => new(DisturbanceKind.Checkpoint, from, to, Amount(value)),
            "strict" => value.Length == 0 ? new(DisturbanceKind.Strict, from, to) : throw Bad(text, "strict takes no value"),
            "slow_fabric" => new(DisturbanceKind.SlowFabric, from, to, Factor(value)),
            "slow_rank" => value.Split(':') is [var rank, var factor] && int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? new(DisturbanceKind.SlowRank, from, to, Factor(factor), number)
                : throw Bad(text, "slow_rank takes RANK:FACTOR"),
            _ => throw Bad(text, "the kinds are replication, checkpoint, strict, slow_rank, slow_fabric"),
        };

        double Amount(string number) => TryNumber(number, out double megabytes) ? megabytes : throw Bad(text, "expected =MB, 0 or more");
        double Factor(string number) => TryNumber(number, out double factor) && factor >= 1 ? factor : throw Bad(text, "expected a factor of 1 or more");
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number is >= 0 and < 1e9;

    private static FormatException Bad(string text, string expected) => new($"\"{text}\" is no disturbance: {expected}");
}
