using PlanForensics.Attribution;
using PlanForensics.Cli.Output;

namespace PlanForensics.Cli.Json;

/// <summary>One control of a verdict.</summary>
internal sealed record ControlDocument
{
    public required string Kind { get; init; }

    public required bool Passed { get; init; }

    public required string Detail { get; init; }

    public static IReadOnlyList<ControlDocument>? Of(ControlReport? controls) => controls is null
        ? null
        : [Of(controls.Repeat), Of(controls.Probe), Of(controls.Negative)];

    private static ControlDocument Of(ControlOutcome control) => new() { Kind = Names.Of(control.Kind), Passed = control.Passed, Detail = control.Detail };
}
