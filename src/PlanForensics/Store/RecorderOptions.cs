using Microsoft.Extensions.Logging;
using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>How a <see cref="Recorder"/> works.</summary>
public sealed record RecorderOptions
{
    /// <summary>What to do with a step when the queue is full. There is no default: it must be decided.</summary>
    public required QueueFullPolicy WhenFull { get; init; }

    /// <summary>Steps that the queue holds; rounded up to a power of two. Default: 16,384 (about 5 MB).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 2 or more than 16,777,216.</exception>
    public int Capacity { get; init => field = InRange(value, 2, 1 << 24, nameof(Capacity)); } = 16_384;

    /// <summary>Most steps in one transaction. Default: 4,096.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int BatchSteps { get; init => field = InRange(value, 1, int.MaxValue, nameof(BatchSteps)); } = 4_096;

    /// <summary>Longest time that a step waits in the queue before the writer takes it: what the end of the process may cost. Default: 50 ms.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 ms or more than 1 hour.</exception>
    public TimeSpan BatchInterval
    {
        get;
        init => field = TimeSpan.FromMilliseconds(InRange((int)Math.Clamp(value.TotalMilliseconds, -1, int.MaxValue), 1, 3_600_000, nameof(BatchInterval)));
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>How the store treats its file.</summary>
    public ContractStoreOptions Store { get; init; } = new();

    /// <summary>The clock that stamps the beginning and completion of requests. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Called on the writer thread after a batch, when steps were dropped since the last call, with their number; must not throw.</summary>
    public Action<long>? OnDropped { get; init; }

    /// <summary>Takes the recorder's log: dropped steps, refusals, failures, changes of regime. Default: null, none.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>
    /// Names the regime of a step for spans, metrics and the log: <c>new RegimeClassifier().NameOf</c> of the Regimes room does. Called on the serving thread, only while somebody listens
    /// (<see cref="RecorderTelemetry"/>) or <see cref="Logger"/> takes information; must not throw. Default: null, no regime is told.
    /// </summary>
    public Func<StepState, string?>? RegimeOf { get; init; }

    private static int InRange(int value, int least, int most, string name) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most}");
}
