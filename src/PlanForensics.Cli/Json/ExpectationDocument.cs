using PlanForensics.Regimes;
using PlanForensics.Regimes.Churn;

namespace PlanForensics.Cli.Json;

/// <summary>Which plan was expected.</summary>
internal sealed record ExpectationDocument
{
    public string? Baseline { get; init; }

    public PlanIdentityDocument? Plan { get; init; }

    public static ExpectationDocument Of(PlanExpectation expectation) => new()
    {
        Baseline = expectation.Baseline is { } regime ? RegimeNames.NameOf(regime) : null,
        Plan = expectation.Plan is { } plan ? PlanIdentityDocument.Of(plan) : null,
    };
}
