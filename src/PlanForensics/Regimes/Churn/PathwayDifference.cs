namespace PlanForensics.Regimes.Churn;

/// <summary>A field in which a rank differs from its peers.</summary>
/// <param name="Field">The contract's name of the field.</param>
/// <param name="Value">What the rank recorded.</param>
/// <param name="Peers">What its peers recorded.</param>
public sealed record PathwayDifference(string Field, string? Value, string? Peers);
