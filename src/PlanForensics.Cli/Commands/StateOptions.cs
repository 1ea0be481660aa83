using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Cli.Commands;

/// <summary>Fields of a step's state, given one by one; they hold over those of a file or a store.</summary>
internal sealed class StateOptions : OptionGroup
{
    public Option<StepShape?> Shape { get; } = new("--step-shape")
    {
        Description = "this request's part of the step: query and context length, heads, key heads, head dimension, hidden size, ranks",
        HelpName = "q=1,k=37,h=8,...",
        CustomParser = ParseShape,
    };

    public Option<int?> BatchSize { get; } = Count("--batch-size", "requests in the batch");

    public Option<int?> BatchTokens { get; } = Count("--batch-tokens", "tokens of the whole batch: M of the projections");

    public Option<int?> PaddedBatch { get; } = Count("--padded-batch", "rows after padding to a graph's size");

    public Option<long?> Workspace { get; } = new("--workspace") { Description = "bytes of workspace given to the library", HelpName = "BYTES", CustomParser = ParseBytes };

    public Option<int?> Alignment { get; } = new("--alignment") { Description = "bytes that divide addresses and row pitches of the operands", HelpName = "BYTES", CustomParser = ReplayOptions.ParseCount };

    public Option<string?> Device { get; } = new("--device") { Description = "the device, as its driver names it, or sm_90", HelpName = "NAME" };

    public Option<int?> SmCount { get; } = Count("--sm-count", "multiprocessors that the step may use");

    public Option<int?> Threads { get; } = Count("--threads", "threads that the step may use, where a processor runs it");

    public Option<string[]> Library { get; } = new("--library") { Description = "a version, for example cublaslt=13.1.1; may be repeated", HelpName = "NAME=VERSION", AllowMultipleArgumentsPerToken = false };

    protected override IReadOnlyList<Option> All => [Shape, BatchSize, BatchTokens, PaddedBatch, Workspace, Alignment, Device, SmCount, Threads, Library];

    /// <summary>The state with the fields that were given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="basis">The state of a file or a store; null where there is none.</param>
    public StepState Read(ParseResult parsed, StepState? basis)
    {
        StepShape shape = parsed.GetValue(Shape) ?? basis?.Shape ?? new StepShape { QueryLength = 1, KeyLength = 1 };
        basis ??= new StepState { StepIndex = 0, Phase = shape.QueryLength == 1 ? ExecutionPhase.Decode : ExecutionPhase.Prefill, Shape = shape };
        ValueMap? versions = Versions(parsed.GetValue(Library) ?? [], basis.LibraryVersions);
        return basis with
        {
            Shape = shape,
            BatchSize = parsed.GetValue(BatchSize) ?? basis.BatchSize,
            BatchTokens = parsed.GetValue(BatchTokens) ?? basis.BatchTokens,
            PaddedBatch = parsed.GetValue(PaddedBatch) ?? basis.PaddedBatch,
            WorkspaceBytes = parsed.GetValue(Workspace) ?? basis.WorkspaceBytes,
            OperandAlignmentBytes = parsed.GetValue(Alignment) ?? basis.OperandAlignmentBytes,
            Device = parsed.GetValue(Device) ?? basis.Device,
            SmCount = parsed.GetValue(SmCount) ?? basis.SmCount,
            ThreadCount = parsed.GetValue(Threads) ?? basis.ThreadCount,
            LibraryVersions = versions,
        };
    }

    private static ValueMap? Versions(string[] given, ValueMap? basis)
    {
        if (given.Length == 0)
            return basis;
        Dictionary<string, string> versions = new(basis ?? ValueMap.Empty, StringComparer.Ordinal);
        foreach (string text in given)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || equals == text.Length - 1)
                throw new UsageException($"--library is NAME=VERSION, for example cublaslt=13.1.1; got \"{text}\"");
            versions[text[..equals]] = text[(equals + 1)..];
        }

        return new ValueMap(versions);
    }

    internal static Option<int?> Count(string name, string description) => new(name) { Description = description, HelpName = "N", CustomParser = ReplayOptions.ParseCount };

    private static string Text(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;

    private static StepShape? ParseShape(ArgumentResult result)
    {
        try
        {
            return StepShape.Parse(Text(result));
        }
        catch (FormatException exception)
        {
            result.AddError($"--step-shape: {exception.Message}");
            return null;
        }
    }

    private static long? ParseBytes(ArgumentResult result)
    {
        if (long.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            return bytes;
        result.AddError($"--workspace is a whole number of bytes from 0 up; got \"{Text(result)}\"");
        return null;
    }
}
