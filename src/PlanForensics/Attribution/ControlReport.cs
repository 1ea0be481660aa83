namespace PlanForensics.Attribution;

/// <summary>The three controls of a verdict.</summary>
/// <param name="Repeat">The same plan twice: equal.</param>
/// <param name="Probe">With and without observation and memo: equal.</param>
/// <param name="Negative">A plan that must differ: differs.</param>
/// <param name="Replays">Replays that the controls took.</param>
public sealed record ControlReport(ControlOutcome Repeat, ControlOutcome Probe, ControlOutcome Negative, int Replays)
{
    /// <summary>Whether all three came out as they must.</summary>
    public bool AllPassed => Repeat.Passed && Probe.Passed && Negative.Passed;

    /// <summary>Whether the comparison could have said "different" on this input.</summary>
    public bool HasPower => Negative.Passed;

    /// <summary>The first control that failed, or null.</summary>
    public ControlOutcome? FirstFailure => new[] { Repeat, Probe, Negative }.FirstOrDefault(control => !control.Passed);
}
