namespace PlanForensics.Cli.Json;

/// <summary>One element of <c>tensorcore verify --json</c>.</summary>
internal sealed record TensorCoreSetDocument
{
    public required string Gpu { get; init; }

    public required string Format { get; init; }

    public required string Output { get; init; }

    /// <summary>Absent where no model is known; then nothing was compared.</summary>
    public string? Model { get; init; }

    public required int Matched { get; init; }

    public required int Total { get; init; }
}
