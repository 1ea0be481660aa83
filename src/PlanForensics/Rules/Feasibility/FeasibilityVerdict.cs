namespace PlanForensics.Rules.Feasibility;

/// <summary>Whether a plan could have run in a state.</summary>
public enum FeasibilityVerdict
{
    /// <summary>Nothing that was recorded speaks against it, and everything that decides was recorded.</summary>
    Feasible,

    /// <summary>Something that decides was not recorded, or no rule is known: the plan is kept.</summary>
    Unknown,

    /// <summary>A recorded value rules it out.</summary>
    Infeasible,
}
