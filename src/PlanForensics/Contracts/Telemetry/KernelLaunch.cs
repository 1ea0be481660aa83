namespace PlanForensics.Contracts.Telemetry;

/// <summary>One launch of a GPU kernel as a profiler saw it. Times are nanoseconds since the profile began; what was not recorded is null.</summary>
public sealed record KernelLaunch
{
    /// <summary>The kernel.</summary>
    public required NamedKernel Kernel { get; init; }

    /// <summary>When it began on the device.</summary>
    public required long StartNanoseconds { get; init; }

    /// <summary>When it ended on the device.</summary>
    public required long EndNanoseconds { get; init; }

    /// <summary>When it began (UTC); null where the profile does not say when it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The process that launched it, in the profiler's numbering.</summary>
    public long? ProcessId { get; init; }

    /// <summary>The device.</summary>
    public long? Device { get; init; }

    /// <summary>The stream.</summary>
    public long? Stream { get; init; }

    /// <summary>The number that joins it to the call that launched it; unique in its process only.</summary>
    public long? CorrelationId { get; init; }

    /// <summary>The node of a CUDA graph that it ran as.</summary>
    public long? GraphNode { get; init; }

    /// <summary>Blocks of the grid.</summary>
    public LaunchExtent? Grid { get; init; }

    /// <summary>Threads of a block.</summary>
    public LaunchExtent? Block { get; init; }

    /// <summary>The runtime call that launched it.</summary>
    public string? LaunchCall { get; init; }

    /// <summary>When that call began.</summary>
    public long? LaunchNanoseconds { get; init; }

    /// <summary>The step it belongs to; null outside steps.</summary>
    public StepPlace? Step { get; init; }

    /// <summary>True where it was launched after the step's range ended and before the next one began (head, sampler).</summary>
    public bool IsAfterRange { get; init; }
}
