using PlanForensics.Regimes.Cost;

namespace PlanForensics.Cli.Json;

/// <summary>One term of a fit.</summary>
internal sealed record FittedTermDocument
{
    public required string Name { get; init; }

    public required double Coefficient { get; init; }

    public required double? StandardError { get; init; }

    public static FittedTermDocument Of(FittedTerm term) => new() { Name = term.Name, Coefficient = term.Coefficient, StandardError = term.StandardError };
}
