namespace PlanForensics.Regimes.Churn;

/// <summary>Measures how plans change under load.</summary>
public static class PlanChurn
{
    /// <summary>Measures plan churn by regime and window, ranks on other pathways, conformance to the expected plan, and drift between requests of equal x.</summary>
    /// <param name="history">The classified timeline.</param>
    /// <param name="options">How to measure; null for the defaults.</param>
    /// <param name="cancellation">Cancels measuring.</param>
    /// <returns>The churn.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ChurnReport Measure(RegimeHistory history, ChurnOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        options ??= new ChurnOptions();
        ChurnWalk walk = new(history, options);
        walk.Run(cancellation);
        return new ChurnReport
        {
            History = history,
            Options = options,
            Regimes = walk.Groups,
            Windows = walk.Windows,
            RankFindings = walk.Ranks.Findings,
            Drift = new DriftWalk(history).Run(),
        };
    }
}
