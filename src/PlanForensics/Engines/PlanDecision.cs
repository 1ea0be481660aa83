using PlanForensics.Plans;

namespace PlanForensics.Engines;

/// <summary>What a rule says about a key: a plan, or why it declines.</summary>
public sealed record PlanDecision
{
    private PlanDecision(OperatorPlan? plan, string? reason) => (Plan, Reason) = (plan, reason);

    /// <summary>The plan; null when the rule declines.</summary>
    public OperatorPlan? Plan { get; }

    /// <summary>Why the rule declines; null when it gives a plan.</summary>
    public string? Reason { get; }

    /// <summary>A plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>The decision.</returns>
    public static PlanDecision Of(OperatorPlan plan) => new(plan ?? throw new ArgumentNullException(nameof(plan)), null);

    /// <summary>A key that the rule does not cover.</summary>
    /// <param name="reason">What the key has, and what the rule covers.</param>
    /// <returns>The decision.</returns>
    public static PlanDecision Decline(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new PlanDecision(null, reason);
    }
}
