namespace PlanForensics.Regimes;

/// <summary>
/// Quantiles by nearest rank: the p-th percentile of n values is the value of rank ceil(p * n / 100) in ascending order, so it is always a value that occurred
/// (NumPy's <c>inverted_cdf</c>). Computed in integers.
/// </summary>
public static class NearestRank
{
    /// <summary>A percentile of values in ascending order.</summary>
    /// <param name="ascending">The values; at least one.</param>
    /// <param name="percent">1 to 100.</param>
    /// <returns>The value of rank ceil(percent * count / 100). <i>Bitwise: identical on every machine.</i></returns>
    /// <exception cref="ArgumentException">There is no value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The percent is out of range.</exception>
    public static double Of(ReadOnlySpan<double> ascending, int percent) => ascending[PlaceOf(ascending.Length, percent)];

    /// <summary>The place, from 0, of a percentile among values in ascending order.</summary>
    internal static int PlaceOf(int count, int percent)
    {
        if (count == 0)
            throw new ArgumentException("a percentile needs at least one value", nameof(count));
        if (percent is < 1 or > 100)
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "a percentile is from 1 to 100");
        return (int)(((long)count * percent + 99) / 100) - 1;
    }

    /// <summary>Puts the value of a percentile where sorting would put it, smaller ones before and larger ones after, without sorting the rest.</summary>
    internal static void Select(Span<double> values, int percent) => Select(values, 0, values.Length - 1, PlaceOf(values.Length, percent));

    /// <summary>Puts the value of one place where sorting would put it.</summary>
    internal static void SelectPlace(Span<double> values, int place) => Select(values, 0, values.Length - 1, place);

    private static void Select(Span<double> values, int low, int high, int place)
    {
        while (high - low > 16)
        {
            double pivot = Median(values[low], values[(low + high) >>> 1], values[high]);
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] < pivot)
                    left++;
                while (values[right] > pivot)
                    right--;
                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (place <= right)
                high = right;
            else if (place >= left)
                low = left;
            else
                return;
        }

        values[low..(high + 1)].Sort();
    }

    private static double Median(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
