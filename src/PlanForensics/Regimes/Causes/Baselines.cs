namespace PlanForensics.Regimes.Causes;

/// <summary>What is usual: the median of the iterations before, or of all iterations of a size.</summary>
internal static class Baselines
{
    /// <summary>
    /// States of a value that leaves the median of the recorded iterations before it. The median at the departure stays the reference until the value comes back. Less than half of the iterations before recorded: not decided.
    /// </summary>
    /// <param name="values">NaN where not recorded.</param>
    /// <param name="window">Iterations before.</param>
    /// <param name="leaves">Whether a value (first) has left a reference (second).</param>
    /// <param name="references">The reference of each iteration.</param>
    public static sbyte[] Departures(double[] values, int window, Func<double, double, bool> leaves, out double[] references)
    {
        sbyte[] state = new sbyte[values.Length];
        references = new double[values.Length];
        double[] before = new double[window];
        double reference = double.NaN;
        bool isAway = false;
        for (int index = 0; index < values.Length; index++)
        {
            double value = values[index];
            if (double.IsNaN(value))
            {
                (state[index], references[index]) = (-1, double.NaN);
                continue;
            }

            if (!isAway || !leaves(value, reference))
            {
                isAway = false;
                int count = 0;
                for (int back = index - 1; back >= 0 && back >= index - window; back--)
                    if (!double.IsNaN(values[back]))
                        before[count++] = values[back];
                reference = count * 2 < window ? double.NaN : Median(before.AsSpan(0, count));
                isAway = !double.IsNaN(reference) && leaves(value, reference);
            }

            references[index] = reference;
            state[index] = double.IsNaN(reference) ? (sbyte)-1 : isAway ? (sbyte)1 : (sbyte)0;
        }

        return state;
    }

    /// <summary>Medians of a value over iterations of equal class; NaN for a class with fewer than <paramref name="least"/> values.</summary>
    /// <param name="values">NaN where not recorded.</param>
    /// <param name="classes">A class for each iteration; negative for none.</param>
    /// <param name="least">Values that a median needs.</param>
    public static double[] ByClass(double[] values, int[] classes, int least)
    {
        Dictionary<int, List<double>> groups = [];
        for (int index = 0; index < values.Length; index++)
        {
            if (classes[index] < 0 || double.IsNaN(values[index]))
                continue;
            if (!groups.TryGetValue(classes[index], out List<double>? group))
                groups[classes[index]] = group = [];
            group.Add(values[index]);
        }

        Dictionary<int, double> medians = groups.Where(group => group.Value.Count >= least).ToDictionary(group => group.Key, group => Median(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(group.Value)));
        return [.. classes.Select(one => medians.TryGetValue(one, out double median) ? median : double.NaN)];
    }

    /// <summary>The median by nearest rank; reorders the values.</summary>
    public static double Median(Span<double> values)
    {
        NearestRank.Select(values, 50);
        return values[NearestRank.PlaceOf(values.Length, 50)];
    }
}
