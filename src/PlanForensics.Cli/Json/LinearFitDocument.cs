using PlanForensics.Cli.Output;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>One fit of <c>cost --json</c>.</summary>
internal sealed record LinearFitDocument
{
    public string? Type { get; init; }

    public int? Ranks { get; init; }

    public string? Phase { get; init; }

    public double? AlphaMs { get; init; }

    public double? BetaGbPerS { get; init; }

    public required FittedTermDocument[] Terms { get; init; }

    public required IReadOnlyList<string> NotIdentified { get; init; }

    public required int Count { get; init; }

    public required double? Determination { get; init; }

    public required ResidualDocument Residuals { get; init; }

    public static LinearFitDocument Of(CommFit fit) => Of(fit.Fit) with { Type = fit.Type, Ranks = fit.Ranks, AlphaMs = fit.AlphaMs, BetaGbPerS = fit.BetaGbPerS };

    public static LinearFitDocument Of(ComputeFit fit) => Of(fit.Fit) with { Phase = Names.Of(fit.Phase) };

    private static LinearFitDocument Of(LinearFit fit) => new()
    {
        Terms = [.. fit.Terms.Select(FittedTermDocument.Of)],
        NotIdentified = [.. fit.NotIdentified],
        Count = fit.Count,
        Determination = fit.Determination,
        Residuals = ResidualDocument.Of(fit.Residuals),
    };
}
