namespace PlanForensics.Contracts;

/// <summary>The decode configuration that was applied, after defaults, clamps and gates; a field that was not recorded is null.</summary>
public sealed record DecodeConfiguration : ExtensibleRecord
{
    /// <summary>How the token is chosen: <c>greedy</c>, <c>sample</c>, <c>beam</c>, <c>speculative</c>, or the engine's own word.</summary>
    public string? Method { get; init; }

    /// <summary>Sampling temperature; 0 means greedy. Finite, 0 or more.</summary>
    public double? Temperature { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Nucleus probability, 0 to 1.</summary>
    public double? TopP { get; init => field = ContractCheck.Ratio(value); }

    /// <summary>Number of candidates kept; some engines write -1 for "all".</summary>
    public int? TopK { get; init; }

    /// <summary>Least probability relative to the most likely token, 0 to 1.</summary>
    public double? MinP { get; init => field = ContractCheck.Ratio(value); }

    /// <summary>Seed of the sampler.</summary>
    public long? Seed { get; init; }

    /// <summary>Most tokens to generate. 0 or more.</summary>
    public int? MaxTokens { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Multiplicative penalty of repeated tokens; 1 means none.</summary>
    public double? RepetitionPenalty { get; init => field = ContractCheck.Finite(value); }

    /// <summary>Additive penalty of tokens that occurred; 0 means none. In logits.</summary>
    public double? PresencePenalty { get; init => field = ContractCheck.Finite(value); }

    /// <summary>Additive penalty for each occurrence of a token; 0 means none. In logits.</summary>
    public double? FrequencyPenalty { get; init => field = ContractCheck.Finite(value); }

    /// <summary>Texts that end the completion.</summary>
    public ValueList<string>? Stop { get; init => field = ContractCheck.NoNulls(value); }

    /// <summary>Which of several equal top logits wins: <c>lowest_id</c>, <c>highest_id</c>, <c>unspecified</c>, or the engine's own word.</summary>
    public string? TieRule { get; init; }
}
