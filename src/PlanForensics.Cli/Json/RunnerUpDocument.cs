namespace PlanForensics.Cli.Json;

/// <summary>The best plan outside the winning class, as part of <c>identify --json</c>.</summary>
internal sealed record RunnerUpDocument(string Plan, long Reproduced);
