namespace PlanForensics.Contracts;

/// <summary>A policy gate that modified the prompt or the decode path.</summary>
public sealed record PolicyGate : ExtensibleRecord
{
    /// <summary>Name of the gate. Not empty.</summary>
    public required string Name { get; init => field = ContractCheck.Text(value); }

    /// <summary>Version of the gate or of its rules; null when not recorded.</summary>
    public string? Version { get; init; }

    /// <summary>What it modified: <c>prompt</c>, <c>decode</c>, <c>routing</c>, or the stack's own word; null when not recorded.</summary>
    public string? Modified { get; init; }

    /// <summary>What it did, in words; may quote the prompt, so privacy mode removes it. Null when not recorded.</summary>
    public string? Detail { get; init; }
}
