using PlanForensics.Attribution;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>The cheapest pin that removes a flip; without the fields of a pin where none does.</summary>
internal sealed record PinDocument
{
    public required string Explanation { get; init; }

    public required bool DiffersUnpinned { get; init; }

    public required string? Scope { get; init; }

    public required IReadOnlyList<string>? Rules { get; init; }

    public required int? OperatorsPinned { get; init; }

    public required int? OperatorCount { get; init; }

    public required int? StepsCompared { get; init; }

    public required bool? BitsEqual { get; init; }

    public static PinDocument? Of(PinResult? result) => result is null ? null : new()
    {
        Explanation = result.Explanation,
        DiffersUnpinned = result.DiffersUnpinned,
        Scope = result.Pin is { } pin ? Names.Of(pin.Scope) : null,
        Rules = result.Pin is { } pinned ? [.. pinned.Rules.Select(rule => rule.Text)] : null,
        OperatorsPinned = result.Pin?.OperatorsPinned,
        OperatorCount = result.Pin?.OperatorCount,
        StepsCompared = result.Pin?.StepsCompared,
        BitsEqual = result.Pin?.BitsEqual,
    };
}
