using PlanForensics.Contracts;

namespace PlanForensics.Diffing;

/// <summary>A step in which the two sides chose different tokens.</summary>
/// <remarks>Bitwise: identical on every machine.</remarks>
public sealed record TokenFlip
{
    private TokenFlip()
    {
    }

    /// <summary>Step index on side A.</summary>
    public required int StepIndexA { get; init; }

    /// <summary>Step index on side B.</summary>
    public required int StepIndexB { get; init; }

    /// <summary>The token that side A chose; null when only its keyed hash was recorded.</summary>
    public required int? TokenA { get; init; }

    /// <summary>The token that side B chose; null when only its keyed hash was recorded.</summary>
    public required int? TokenB { get; init; }

    /// <summary>Margin and logits on side A.</summary>
    public required TokenFlipSide SideA { get; init; }

    /// <summary>Margin and logits on side B.</summary>
    public required TokenFlipSide SideB { get; init; }

    /// <summary>Step, tokens and margins.</summary>
    /// <returns>For example <c>step 12: token 7 on side A, 5 on side B</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"step {StepIndexA}: token {TokenA?.ToString() ?? "(hashed)"} on side A, {TokenB?.ToString() ?? "(hashed)"} on side B");

    internal static TokenFlip Of(ContractStep a, ContractStep b, LogitMargin? marginA, LogitMargin? marginB)
    {
        int? tokenA = a.Observation.ChosenToken;
        int? tokenB = b.Observation.ChosenToken;
        TokenFlipSide Side(ContractStep step, LogitMargin? margin) => new(margin, Logit(step, tokenA), Logit(step, tokenB));
        return new TokenFlip
        {
            StepIndexA = a.State.StepIndex,
            StepIndexB = b.State.StepIndex,
            TokenA = tokenA,
            TokenB = tokenB,
            SideA = Side(a, marginA),
            SideB = Side(b, marginB),
        };
    }

    private static RecordedLogit? Logit(ContractStep step, int? token) => token is { } id ? LogitOrder.Find(step.Observation, id) : null;
}
