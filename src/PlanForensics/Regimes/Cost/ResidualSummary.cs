namespace PlanForensics.Regimes.Cost;

/// <summary>Residuals (recorded minus predicted), in milliseconds.</summary>
/// <param name="RootMeanSquare">Root of their mean square.</param>
/// <param name="MedianAbsolute">Median of their sizes (nearest rank).</param>
/// <param name="P95Absolute">95th percentile of their sizes (nearest rank).</param>
/// <param name="LargestAbsolute">The largest size.</param>
public sealed record ResidualSummary(double RootMeanSquare, double MedianAbsolute, double P95Absolute, double LargestAbsolute)
{
    internal static ResidualSummary Of(ReadOnlySpan<double> residuals)
    {
        double[] sizes = new double[residuals.Length];
        double squares = 0;
        for (int index = 0; index < sizes.Length; index++)
        {
            sizes[index] = Math.Abs(residuals[index]);
            squares += residuals[index] * residuals[index];
        }

        Array.Sort(sizes);
        return new ResidualSummary(Math.Sqrt(squares / sizes.Length), NearestRank.Of(sizes, 50), NearestRank.Of(sizes, 95), sizes[^1]);
    }
}
