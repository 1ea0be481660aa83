using PlanForensics.Contracts;
using PlanForensics.Store;

namespace PlanForensics.Cli.Json;

/// <summary><c>import --json</c>.</summary>
internal sealed record ImportDocument
{
    public required string File { get; init; }

    public required string Store { get; init; }

    public required long Lines { get; init; }

    public required long Imported { get; init; }

    public required long AlreadyPresent { get; init; }

    public required IReadOnlyList<SkippedLineDocument> Skipped { get; init; }

    public static ImportDocument Of(string file, string store, ContractImport done, IEnumerable<ContractFormatException> skipped) => new()
    {
        File = file,
        Store = store,
        Lines = done.Lines,
        Imported = done.Imported,
        AlreadyPresent = done.AlreadyPresent,
        Skipped = [.. skipped.Select(line => new SkippedLineDocument { Line = line.Line, Column = line.Column, Reason = line.Reason })],
    };
}
