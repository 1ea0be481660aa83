using System.Runtime.CompilerServices;
using PlanForensics.Contracts;

namespace PlanForensics.Regimes;

/// <summary>The limits by which <see cref="RegimeClassifier"/> classifies. Comparisons are strict: a value equal to a limit is on the quiet side of it.</summary>
public sealed record RegimeThresholds
{
    private static readonly ValueList<string> DefaultStrictModes = ((string[])["strict", "isolation_strict"]).ToValueList();

    /// <summary>Memory evaporation below this ratio of effective free memory to the KV pool. Default: 0.05.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not finite or negative.</exception>
    public double EvaporationRatio { get; init => field = Limit(value); } = 0.05;

    /// <summary>Memory pressure below this effective free memory, in MB (1,048,576 bytes). Default: 1,024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not finite or negative.</exception>
    public double PressuredFreeMb { get; init => field = Limit(value); } = 1024;

    /// <summary>A degraded queue above this 95th percentile of queue times, in milliseconds. Default: 50.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not finite or negative.</exception>
    public double QueueP95Ms { get; init => field = Limit(value); } = 50;

    /// <summary>Engine steps, this one and those before it, whose requests' queue times the percentile is taken over. Default: 1, the requests of the step itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than 100,000.</exception>
    public int QueueWindowSteps
    {
        get;
        init => field = value is >= 1 and <= 100_000 ? value : throw new ArgumentOutOfRangeException(nameof(QueueWindowSteps), value, "a window has 1 to 100000 steps");
    } = 1;

    /// <summary>Isolation modes that are strict; letters' case does not matter. Default: <c>strict</c>, <c>isolation_strict</c>.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public ValueList<string> StrictIsolationModes
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(StrictIsolationModes));
    } = DefaultStrictModes;

    /// <summary>What an input that was not recorded means. Default: <see cref="UnrecordedInput.AbsentFeatures"/>.</summary>
    public UnrecordedInput Unrecorded { get; init; } = UnrecordedInput.AbsentFeatures;

    /// <summary>Limits of the fabric regime.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public FabricThresholds Fabric { get; init => field = value ?? throw new ArgumentNullException(nameof(Fabric)); } = new();

    private static double Limit(double value, [CallerMemberName] string name = "") =>
        double.IsFinite(value) && value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and 0 or more");
}
