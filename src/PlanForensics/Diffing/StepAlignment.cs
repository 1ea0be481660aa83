namespace PlanForensics.Diffing;

/// <summary>How the steps of two traces were paired.</summary>
public enum StepAlignment
{
    /// <summary>By context length and rank, so that a prefill in chunks pairs with one in a single step.</summary>
    ContextLength,

    /// <summary>By step index and rank, where context lengths repeat, are cut by a window, or begin at different tokens.</summary>
    StepIndex,
}
