namespace PlanForensics.Attribution;

/// <summary>How the plan that a recording says it ran stands to the plan that its bits say.</summary>
public enum ClaimStance
{
    /// <summary>No step recorded a plan.</summary>
    NotRecorded,

    /// <summary>Every recorded plan has the programs of the class found.</summary>
    Agrees,

    /// <summary>A recorded plan has other programs than the class found: the engine did not run what it said, or says it in other words than it means.</summary>
    Contradicts,

    /// <summary>A recorded fingerprint belongs to no candidate, and its plan's text was not recorded.</summary>
    Unknown,
}
