namespace PlanForensics.Contracts;

/// <summary>Where and why the prompt was cut on its way to the model.</summary>
public sealed record PromptTruncation : ExtensibleRecord
{
    /// <summary>
    /// Index, in tokens of the uncut prompt, of the first token on the far side of the cut: with side <c>left</c> the first token kept,
    /// with side <c>right</c> the first token dropped. 0 or more.
    /// </summary>
    public required int Boundary { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Which side was dropped: <c>left</c>, <c>right</c> or <c>middle</c>, or the stack's own word; null when not recorded.</summary>
    public string? Side { get; init; }

    /// <summary>Why: <c>context_limit</c>, <c>max_prompt_tokens</c>, <c>policy</c>, or the stack's own word; null when not recorded.</summary>
    public string? Reason { get; init; }

    /// <summary>Tokens of the prompt before the cut; null when not recorded.</summary>
    public int? OriginalTokenCount { get; init => field = ContractCheck.NotNegative(value); }
}
