namespace PlanForensics.Plans;

/// <summary>Which kind of step a plan applies to.</summary>
public enum ExecutionPhase
{
    /// <summary>The prompt's tokens are processed together (<c>prefill</c>).</summary>
    Prefill,

    /// <summary>One token a request (<c>decode</c>).</summary>
    Decode,
}
