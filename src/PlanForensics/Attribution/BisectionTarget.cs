namespace PlanForensics.Attribution;

/// <summary>What a substituted operator must change to be found.</summary>
public enum BisectionTarget
{
    /// <summary>The chosen token at the step (<c>token</c>).</summary>
    Token,

    /// <summary>Any bit of the logits at the step (<c>bits</c>).</summary>
    Bits,
}
