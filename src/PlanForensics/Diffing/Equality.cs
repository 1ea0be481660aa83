namespace PlanForensics.Diffing;

/// <summary>What a comparison can say.</summary>
public enum Equality
{
    /// <summary>The two sides are equal.</summary>
    Equal,

    /// <summary>The two sides differ.</summary>
    Different,

    /// <summary>What was recorded does not tell.</summary>
    Undecidable,
}
