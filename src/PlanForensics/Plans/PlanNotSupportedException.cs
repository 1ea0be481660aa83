namespace PlanForensics.Plans;

/// <summary>A plan cannot be lowered, or an engine cannot run it: it is refused, never replaced by another one.</summary>
public sealed class PlanNotSupportedException : NotSupportedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="plan">Canonical text of the plan or program.</param>
    /// <param name="reason">Why it is refused, and what would be accepted.</param>
    public PlanNotSupportedException(string plan, string reason)
        : base($"plan not supported: {reason} (plan: {plan})")
    {
        Plan = plan;
        Reason = reason;
    }

    /// <summary>Canonical text of the plan or program.</summary>
    public string Plan { get; }

    /// <summary>Why it is refused.</summary>
    public string Reason { get; }
}
