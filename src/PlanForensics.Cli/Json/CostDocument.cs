using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>The document of <c>cost --json</c>.</summary>
internal sealed record CostDocument
{
    public string? Store { get; init; }

    public bool? GpuTimeIncludesWaiting { get; init; }

    public double? SyncMs { get; init; }

    public LinearFitDocument[]? Comms { get; init; }

    public LinearFitDocument[]? Computes { get; init; }

    public int? StepCount { get; init; }

    public int? PredictedCount { get; init; }

    public ResidualDocument? Residuals { get; init; }

    public StepCostDocument[]? Furthest { get; init; }

    public StepCostDocument[]? Steps { get; init; }

    public ProductCostDocument? Product { get; init; }

    public static CostDocument Of(string store, CostModel model, int top, bool all)
    {
        CostComparison comparison = CostComparison.Of(model, top);
        return new CostDocument
        {
            Store = store,
            GpuTimeIncludesWaiting = model.GpuTimeIncludesWaiting,
            SyncMs = model.SyncMs,
            Comms = [.. model.Comms.Select(LinearFitDocument.Of)],
            Computes = [.. model.Computes.Select(LinearFitDocument.Of)],
            StepCount = comparison.StepCount,
            PredictedCount = comparison.PredictedCount,
            Residuals = comparison.Residuals is { } residuals ? ResidualDocument.Of(residuals) : null,
            Furthest = [.. comparison.Furthest.Select(StepCostDocument.Of)],
            Steps = all ? [.. model.Steps().Select(StepCostDocument.Of)] : null,
        };
    }
}
