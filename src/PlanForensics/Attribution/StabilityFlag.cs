namespace PlanForensics.Attribution;

/// <summary>How a step's margin stands to the differences that candidate plans make.</summary>
public enum StabilityFlag
{
    /// <summary>The margin is well above every difference (<c>stable</c>).</summary>
    Stable,

    /// <summary>No candidate flips the token, but one moves the margin by a good part of it (<c>at_risk</c>).</summary>
    AtRisk,

    /// <summary>A candidate chooses another token (<c>flips</c>).</summary>
    Flips,
}
