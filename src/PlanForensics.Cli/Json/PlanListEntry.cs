using PlanForensics.Plans;

namespace PlanForensics.Cli.Json;

/// <summary>One named plan.</summary>
internal sealed record PlanListEntry
{
    public required string Name { get; init; }

    public required string Plan { get; init; }

    public required string PlanFingerprint { get; init; }

    public static PlanListEntry Of(string name, OperatorPlan plan) => new() { Name = name, Plan = plan.Text, PlanFingerprint = plan.Fingerprint.Hex };
}
