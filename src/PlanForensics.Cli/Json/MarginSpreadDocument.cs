namespace PlanForensics.Cli.Json;

/// <summary>Margins of requests that nobody shares a step with, in ulps.</summary>
internal sealed record MarginSpreadDocument(int Steps, int Ties, long P1, long P10, long P50)
{
    /// <param name="ascending">The margins, ascending.</param>
    public static MarginSpreadDocument Of(IReadOnlyList<long> ascending)
    {
        long At(int percent) => ascending[Math.Max(((ascending.Count * percent) + 99) / 100, 1) - 1];
        return new MarginSpreadDocument(ascending.Count, ascending.Count(margin => margin == 0), At(1), At(10), At(50));
    }
}
