using PlanForensics.Contracts;

namespace PlanForensics.Simulation.Sweep;

/// <summary>A prompt to serve again and again.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Tokens">Its token ids, at least one.</param>
public sealed record SweepPrompt(string Name, ValueList<int> Tokens)
{
    /// <summary>Its token ids.</summary>
    public ValueList<int> Tokens { get; init; } = Tokens is { Count: > 0 } ? Tokens : throw new ArgumentException("a prompt has at least one token", nameof(Tokens));
}
