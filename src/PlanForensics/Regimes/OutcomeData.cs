namespace PlanForensics.Regimes;

/// <summary>What came out of one row of a request that others of equal x stand beside.</summary>
/// <param name="Row">The row, in order of the source.</param>
/// <param name="Token">The token's id; -1 when not recorded.</param>
/// <param name="TokenHash">Its keyed hash.</param>
/// <param name="LogitsSha256">SHA-256 of the logits.</param>
internal readonly record struct OutcomeData(int Row, int Token, string? TokenHash, string? LogitsSha256);
