using PlanForensics.Contracts;

namespace PlanForensics.Telemetry;

/// <summary>How records are read.</summary>
public sealed record TelemetryReadOptions
{
    /// <summary>Whether damaged lines are skipped and counted. Default: false, the first one throws.</summary>
    public bool SkipDamaged { get; init; }

    /// <summary>Called for each line that is skipped, in order; null (the default) for none.</summary>
    public Action<ContractFormatException>? OnSkipped { get; init; }

    /// <summary>Longest line, in bytes. Default: 268,435,456 (256 MiB).</summary>
    public int MaxLineBytes { get; init; } = 256 << 20;

    /// <summary>Ends long work that reads no stream. Default: none.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Name of the source, from which names of requests are made that the records do not name. Default: <c>import</c>.</summary>
    public string Source { get; init; } = "import";

    /// <summary>The time given to requests whose records say none. Default: the Unix epoch.</summary>
    public DateTimeOffset ImportedAt { get; init; } = DateTimeOffset.UnixEpoch;
}
