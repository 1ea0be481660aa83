namespace PlanForensics.Telemetry;

/// <summary>One row of the kernel table, joined to the call that launched it.</summary>
internal sealed record NsysKernel
{
    public required string Name { get; init; }

    public required long Start { get; init; }

    public required long End { get; init; }

    public long Process { get; init; }

    public long? Device { get; init; }

    public long? Stream { get; init; }

    public long? Correlation { get; init; }

    public long? GraphNode { get; init; }

    public Contracts.Telemetry.LaunchExtent? Grid { get; init; }

    public Contracts.Telemetry.LaunchExtent? Block { get; init; }

    public string? LaunchCall { get; set; }

    public long? LaunchStart { get; set; }

    /// <summary>The time by which it belongs to a step: its launch, or where that is not known its start on the device.</summary>
    public long PlacedAt => LaunchStart ?? Start;
}
