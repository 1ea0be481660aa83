namespace PlanForensics.Contracts;

/// <summary>Which weights ran. A contract is replayed only against weights whose hash is equal.</summary>
public sealed record ModelIdentity : ExtensibleRecord
{
    /// <summary>The name under which the model was served. Not empty.</summary>
    public required string Name { get; init => field = ContractCheck.Text(value); }

    /// <summary>
    /// SHA-256 of the weights, 64 lower-case hexadecimal digits; null when not recorded. For one file: of its bytes. For shards: of the text
    /// made of one line <c>HEX  NAME\n</c> (hash, two spaces, file name) for each shard in ordinal order of names, as <c>sha256sum</c> prints.
    /// </summary>
    public string? WeightsSha256 { get; init => field = ContractCheck.Sha256OrNull(value); }

    /// <summary>Revision, tag or commit of the model; null when not recorded.</summary>
    public string? Revision { get; init; }

    /// <summary>How the weights are quantised, in the engine's words (<c>none</c>, <c>q8_0</c>, <c>fp8e4m3</c>, ...); null when not recorded.</summary>
    public string? Quantization { get; init; }
}
