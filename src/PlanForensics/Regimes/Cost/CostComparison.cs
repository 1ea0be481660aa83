using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Cost;

/// <summary>A model against all steps that it was fitted to.</summary>
/// <param name="StepCount">Steps.</param>
/// <param name="PredictedCount">Steps whose recorded and predicted times are both known.</param>
/// <param name="Residuals">Their residuals; null where there is none.</param>
/// <param name="Furthest">Those with the largest residuals, the largest first.</param>
public sealed record CostComparison(int StepCount, int PredictedCount, ResidualSummary? Residuals, ValueList<StepCost> Furthest)
{
    /// <summary>Compares.</summary>
    /// <param name="model">The model.</param>
    /// <param name="furthest">How many of the furthest steps to keep.</param>
    /// <returns>The comparison.</returns>
    public static CostComparison Of(CostModel model, int furthest = 10)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(furthest);
        List<double> residuals = [];
        PriorityQueue<StepCost, (double Size, int Later)> kept = new();
        int steps = 0;
        foreach (StepCost cost in model.Steps())
        {
            steps++;
            if (cost.ResidualMs is not { } residual)
                continue;
            residuals.Add(residual);
            kept.Enqueue(cost, (Math.Abs(residual), -cost.Step.Position));
            if (kept.Count > furthest)
                kept.Dequeue();
        }

        List<StepCost> last = [];
        while (kept.TryDequeue(out StepCost? cost, out _))
            last.Add(cost);
        last.Reverse();
        return new CostComparison(steps, residuals.Count, residuals.Count == 0 ? null : ResidualSummary.Of(residuals.ToArray()), last.ToValueList());
    }
}
