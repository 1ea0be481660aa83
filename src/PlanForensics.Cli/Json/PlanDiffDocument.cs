using PlanForensics.Cli.Commands;

namespace PlanForensics.Cli.Json;

/// <summary><c>plan diff --json</c>.</summary>
internal sealed record PlanDiffDocument
{
    public required bool IsSameClass { get; init; }

    public required PlanExplanationDocument A { get; init; }

    public required PlanExplanationDocument B { get; init; }

    public static PlanDiffDocument Of(LoweredPlan a, LoweredPlan b) => new()
    {
        IsSameClass = a.Program.Equals(b.Program),
        A = PlanExplanationDocument.Of(a),
        B = PlanExplanationDocument.Of(b),
    };
}
