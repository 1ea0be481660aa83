namespace PlanForensics.Regimes.Churn;

/// <summary>What came out of a request's step, for comparing. Equal kinds are comparable.</summary>
/// <param name="Request">The request.</param>
/// <param name="Level">What steps are aligned by: the context length, or the step index where context lengths do not ascend.</param>
/// <param name="Regime">The regime of the step.</param>
/// <param name="Replica">The replica; -1 when not named.</param>
/// <param name="TokenKind">0 when no token was recorded, 1 for an id, more for hashes of one key.</param>
/// <param name="Token">Id, or number of the hash.</param>
/// <param name="Logits">Number of the logits hash; -1 when not recorded.</param>
/// <param name="IsPrefill">Whether the step may rightly have chosen no token.</param>
internal readonly record struct DriftStep(int Request, int Level, Regime Regime, int Replica, int TokenKind, int Token, int Logits, bool IsPrefill)
{
    public bool TokensCompare(in DriftStep other) => TokenKind != 0 && TokenKind == other.TokenKind;

    public bool LogitsCompare(in DriftStep other) => Logits >= 0 && other.Logits >= 0;

    /// <summary>What pairs are counted by: steps of equal outcome, regime and replica behave alike.</summary>
    public (Regime, int, int, int, int) Key => (Regime, Replica, TokenKind, Token, Logits);
}
