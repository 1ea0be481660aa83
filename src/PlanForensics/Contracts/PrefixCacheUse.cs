namespace PlanForensics.Contracts;

/// <summary>What the prefix cache contributed: cached keys and values were computed by other steps, under other plans.</summary>
public sealed record PrefixCacheUse : ExtensibleRecord
{
    /// <summary>Whether any cached block was used.</summary>
    public required bool Used { get; init; }

    /// <summary>The key of the entry (the hash of its last block, or the engine's own); null when not recorded.</summary>
    public string? Key { get; init; }

    /// <summary>Prompt tokens served from the cache; null when not recorded.</summary>
    public int? HitTokens { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Tokens in one cache block; null when not recorded.</summary>
    public int? BlockTokens { get; init => field = ContractCheck.Positive(value); }
}
