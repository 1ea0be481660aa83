namespace PlanForensics.Contracts;

/// <summary>How <see cref="ContractLineReader"/> treats its input.</summary>
public sealed record ContractReadOptions
{
    /// <summary>Whether a damaged line is skipped and counted. Default: false, the first damaged line throws.</summary>
    public bool SkipDamaged { get; init; }

    /// <summary>Called for each line that is skipped, in order; null (the default) for none.</summary>
    public Action<ContractFormatException>? OnSkipped { get; init; }

    /// <summary>Longest line, in bytes, 1 or more. Default: 268,435,456 (256 MiB). A longer line is damaged; its rest is not kept in memory.</summary>
    public int MaxLineBytes { get; init => field = ContractCheck.Positive(value); } = 256 << 20;
}
