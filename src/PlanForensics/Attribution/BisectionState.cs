namespace PlanForensics.Attribution;

/// <summary>What a bisection can say.</summary>
public enum BisectionState
{
    /// <summary>Operators were found (<c>found</c>).</summary>
    Found,

    /// <summary>The two plans do not differ in the target when replayed: there is nothing to find (<c>not_reproduced</c>).</summary>
    NotReproduced,

    /// <summary>The two recordings or plans cannot be substituted into each other, with the reason (<c>not_possible</c>).</summary>
    NotPossible,

    /// <summary>A control failed: what was found must not be believed (<c>control_failed</c>).</summary>
    ControlFailed,
}
