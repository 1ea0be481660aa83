namespace PlanForensics.Contracts;

/// <summary>One change of the prompt on its way to the model: templating, retrieval, history compaction, deduplication, padding, ...</summary>
public sealed record ShapingEvent : ExtensibleRecord
{
    /// <summary>What happened, as a short snake_case word (<c>template_applied</c>, <c>history_compacted</c>, ...). Not empty.</summary>
    public required string Kind { get; init => field = ContractCheck.Text(value); }

    /// <summary>Anything else worth knowing, in words; may quote the prompt, so privacy mode removes it. Null when not recorded.</summary>
    public string? Detail { get; init; }

    /// <summary>Tokens before the event; null when not recorded.</summary>
    public int? TokensBefore { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>Tokens after the event; null when not recorded.</summary>
    public int? TokensAfter { get; init => field = ContractCheck.NotNegative(value); }
}
