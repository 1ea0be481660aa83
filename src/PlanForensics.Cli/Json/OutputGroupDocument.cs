namespace PlanForensics.Cli.Json;

/// <summary>One unique answer of a protocol in <c>sweep --json</c>.</summary>
internal sealed record OutputGroupDocument(int Samples, IReadOnlyList<int> BatchSizes, IReadOnlyList<string> Paths, IReadOnlyList<int> Tokens, string? Text);
