namespace PlanForensics.Attribution;

/// <summary>How far an attribution goes.</summary>
public sealed record AttributionOptions
{
    /// <summary>Steps replayed at most; null (default) for all recorded ones.</summary>
    public int? MaximumSteps { get; init => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaximumSteps), value, "at least one step"); }

    /// <summary>
    /// Whether a class is given up at the first step that differs; default false. Then the figures of a class that does not match cover only the steps up to there.
    /// Always so after a step whose token was not recorded, since later inputs are then unknown.
    /// </summary>
    public bool StopAtFirstDifference { get; init; }

    /// <summary>
    /// Names of the candidates that the recorded environment allows; null (default) for all. Where a class that holds one of them reproduces the recording, classes without one that do too are
    /// named in a caveat and do not make the verdict ambiguous; where none does, all count and a caveat says so.
    /// </summary>
    public IReadOnlyCollection<string>? Allowed { get; init; }

    /// <summary>Whether matching classes are replayed once more to find the first operator whose bits differ between them; default true.</summary>
    public bool FindSeparation { get; init; } = true;

    /// <summary>Whether candidates that a value of the recorded state rules out are refused instead of replayed; default true. What was not recorded rules out nothing.</summary>
    public bool NarrowsByState { get; init; } = true;
}
