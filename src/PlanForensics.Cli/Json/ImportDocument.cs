using PlanForensics.Contracts;
using PlanForensics.Store;
using PlanForensics.Telemetry;

namespace PlanForensics.Cli.Json;

/// <summary><c>import --json</c>.</summary>
internal sealed record ImportDocument
{
    public required string File { get; init; }

    public required string Store { get; init; }

    public long? Lines { get; init; }

    public required long Imported { get; init; }

    public required long AlreadyPresent { get; init; }

    public long? Samples { get; init; }

    public long? Joined { get; init; }

    public IReadOnlyList<string>? Remarks { get; init; }

    public required IReadOnlyList<SkippedLineDocument> SkippedLines { get; init; }

    public required string Format { get; init; }

    public required long Records { get; init; }

    public required long Kernels { get; init; }

    public required long Steps { get; init; }

    public required long Skipped { get; init; }

    public double Seconds { get; init; }

    public static ImportDocument Of(string file, string store, ContractImport done, IEnumerable<ContractFormatException> skipped) => new()
    {
        File = file,
        Store = store,
        Lines = done.Lines,
        Imported = done.Imported,
        AlreadyPresent = done.AlreadyPresent,
        SkippedLines = Lists(skipped),
        Format = TelemetryFormats.NameOf(TelemetryFormat.JsonLines),
        Records = done.Imported + done.AlreadyPresent,
        Kernels = 0,
        Steps = done.Steps,
        Skipped = done.Skipped,
    };

    public static ImportDocument Of(string file, string store, string format, TelemetryCounts counts, TelemetryImport done, IEnumerable<ContractFormatException> skipped) => new()
    {
        File = file,
        Store = store,
        Imported = done.Requests,
        AlreadyPresent = done.AlreadyPresent ? 1 : 0,
        Samples = format == TelemetryFormats.NameOf(TelemetryFormat.Prometheus) ? done.Samples : null,
        Joined = format == TelemetryFormats.NameOf(TelemetryFormat.Ncu) ? done.Joined : null,
        Remarks = counts.Remarks.Count == 0 ? null : counts.Remarks,
        SkippedLines = Lists(skipped),
        Format = format,
        Records = counts.Records,
        Kernels = done.Kernels,
        Steps = done.Steps,
        Skipped = counts.Skipped,
    };

    private static SkippedLineDocument[] Lists(IEnumerable<ContractFormatException> skipped) =>
        [.. skipped.Select(line => new SkippedLineDocument { Line = line.Line, Column = line.Column, Reason = line.Reason })];
}
