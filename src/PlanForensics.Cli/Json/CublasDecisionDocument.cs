using System.Text.Json.Serialization;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Cli.Json;

/// <summary>One case of <c>cublas --json</c>.</summary>
internal sealed record CublasDecisionDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required CublasPlanDocument? Plan { get; init; }

    public required string Reason { get; init; }

    public static CublasDecisionDocument Of(CublasLtDecision decision) => new()
    {
        Plan = decision.IsPlanned ? CublasPlanDocument.Of(decision.Plan) : null,
        Reason = decision.Reason,
    };
}
