namespace PlanForensics.Plans;

/// <summary>Which of equal largest logits a greedy decoder takes.</summary>
public enum TieRule
{
    /// <summary>The smallest token id (<c>first</c>).</summary>
    First,

    /// <summary>The largest token id (<c>last</c>).</summary>
    Last,
}
