using System.Diagnostics;

namespace PlanForensics.Benchmarks.Peers;

/// <summary>Times several actions in turn, so that a machine that slows down slows all of them; medians.</summary>
internal static class Interleaved
{
    /// <summary>Seconds that an action runs before it is timed: the JIT compiles hot methods again in the background.</summary>
    private const double WarmUp = 0.3;

    /// <summary>Seconds of calls that do not count at the beginning of a turn after a pause.</summary>
    private const double Settling = 0.02;

    /// <summary>Milliseconds after which other threads have stopped spinning: OpenBLAS's wait 2^28 cycles awake, seen as 103 ms on a processor of 2.6 GHz.</summary>
    public static int PauseFor(int threads) => threads > 1 ? 150 : 0;

    /// <summary>Medians in seconds, one for each action.</summary>
    /// <param name="seconds">At least so long in all.</param>
    /// <param name="actions">The actions; each runs at least three times after a warm-up that is not counted.</param>
    /// <returns>Median seconds of one call.</returns>
    public static double[] Medians(double seconds, params Action[] actions) => Medians(seconds, pause: 0, actions);

    /// <summary>
    /// The same with a pause before each side's turn, then some calls that do not count: a library's threads that wait by spinning must not take the processors from the next side, and threads
    /// that have slept must be back on processors of their own.
    /// </summary>
    /// <param name="seconds">At least so long in all.</param>
    /// <param name="pause">Milliseconds, from <see cref="PauseFor"/>.</param>
    /// <param name="actions">The actions.</param>
    /// <returns>Median seconds of one call.</returns>
    public static double[] Medians(double seconds, int pause, Action[] actions)
    {
        int[] calls = new int[actions.Length];
        for (int index = 0; index < actions.Length; index++)
        {
            double best = double.MaxValue;
            for (long begin = Stopwatch.GetTimestamp(); best == double.MaxValue || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUp;)
            {
                long start = Stopwatch.GetTimestamp();
                actions[index]();
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            calls[index] = Math.Max(1, (int)((pause > 0 ? 1e-2 : 2e-3) / Math.Max(best, 1e-7)));
        }

        List<double>[] times = [.. actions.Select(_ => new List<double>())];
        for (long begin = Stopwatch.GetTimestamp(); times[0].Count < 3 || (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds && times[0].Count < 101);)
        {
            for (int index = 0; index < actions.Length; index++)
            {
                if (pause > 0)
                    Settle(pause, actions[index]);
                long start = Stopwatch.GetTimestamp();
                for (int call = 0; call < calls[index]; call++)
                    actions[index]();
                times[index].Add(Stopwatch.GetElapsedTime(start).TotalSeconds / calls[index]);
            }
        }

        return [.. times.Select(Median)];
    }

    private static void Settle(int pause, Action action)
    {
        Thread.Sleep(pause);
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < Settling;)
            action();
    }

    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
