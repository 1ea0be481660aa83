using PlanForensics.Cli.Commands;

namespace PlanForensics.Cli.Json;

/// <summary><c>plan explain --json</c>.</summary>
internal sealed record PlanExplanationDocument
{
    public required string Plan { get; init; }

    public required string PlanFingerprint { get; init; }

    public required PlanShapeDocument Shape { get; init; }

    public required IReadOnlyList<string> Words { get; init; }

    public required string Program { get; init; }

    public required string ClassFingerprint { get; init; }

    public static PlanExplanationDocument Of(LoweredPlan lowered) => new()
    {
        Plan = lowered.Plan.Text,
        PlanFingerprint = lowered.Plan.Fingerprint.Hex,
        Shape = PlanShapeDocument.Of(lowered.Shape),
        Words = [.. lowered.Words],
        Program = lowered.Program.Text,
        ClassFingerprint = lowered.Program.Fingerprint.Hex,
    };
}
