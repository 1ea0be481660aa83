using PlanForensics.Diffing;

namespace PlanForensics.Cli.Json;

/// <summary>One part of two effective requests.</summary>
internal sealed record RequestFieldDocument
{
    public required string Field { get; init; }

    public required string Effect { get; init; }

    public required EqualityDocument Finding { get; init; }

    public required string? A { get; init; }

    public required string? B { get; init; }

    public static RequestFieldDocument Of(RequestFieldComparison field) => new()
    {
        Field = field.Field,
        Effect = field.Effect.ToString().ToLowerInvariant(),
        Finding = EqualityDocument.Of(field.Finding),
        A = field.A,
        B = field.B,
    };
}
