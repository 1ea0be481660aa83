namespace PlanForensics.Contracts.Telemetry;

/// <summary>Hardware counters of one kernel launch.</summary>
public sealed record KernelCounters
{
    /// <summary>The kernel.</summary>
    public required NamedKernel Kernel { get; init; }

    /// <summary>The profiler's number of the launch.</summary>
    public required long LaunchId { get; init; }

    /// <summary>Blocks of the grid; null where not recorded.</summary>
    public LaunchExtent? Grid { get; init; }

    /// <summary>Threads of a block; null where not recorded.</summary>
    public LaunchExtent? Block { get; init; }

    /// <summary>The device, as the tool prints it.</summary>
    public string? Device { get; init; }

    /// <summary>The counters, in the file's order.</summary>
    public required IReadOnlyList<KernelCounter> Values { get; init; }
}
