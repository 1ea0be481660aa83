namespace PlanForensics.Regimes.Churn;

/// <summary>Which plan a step should have run.</summary>
public sealed record PlanExpectation
{
    /// <summary>
    /// The default: what ran most often in <see cref="Regime.Normal"/> for the step's shape class, over all replicas; where two plans are equally frequent, or none was recorded there,
    /// nothing is expected.
    /// </summary>
    public static PlanExpectation OfNormal { get; } = new() { Baseline = Regime.Normal };

    /// <summary>The regime whose most frequent plan for a shape class is expected; null where the plan is given.</summary>
    public Regime? Baseline { get; private init; }

    /// <summary>The plan; a null field may be anything. Null where <see cref="Baseline"/> gives it.</summary>
    public PlanIdentity? Plan { get; private init; }

    /// <summary>Expects what ran most often in a regime for the step's shape class.</summary>
    /// <param name="regime">The regime.</param>
    /// <returns>The expectation.</returns>
    public static PlanExpectation Of(Regime regime) => new() { Baseline = regime };

    /// <summary>Expects one plan everywhere.</summary>
    /// <param name="plan">The plan; a null field may be anything, and at least one is not null.</param>
    /// <returns>The expectation.</returns>
    /// <exception cref="ArgumentException">All fields are null.</exception>
    public static PlanExpectation Of(PlanIdentity plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.IsRecorded ? new() { Plan = plan } : throw new ArgumentException("an expected plan names at least one field", nameof(plan));
    }

    /// <summary>Whether a plan is the expected one; null where a field that is expected was not recorded.</summary>
    internal static bool? Matches(PlanIdentity expected, PlanIdentity actual)
    {
        (string? Expected, string? Actual)[] fields =
        [
            (expected.AlgorithmId, actual.AlgorithmId), (expected.KernelVariant, actual.KernelVariant), (expected.PrecisionPath, actual.PrecisionPath),
            (expected.LibraryConfig, actual.LibraryConfig), (expected.PlanFingerprint, actual.PlanFingerprint),
        ];
        bool? matches = true;
        foreach ((string? wanted, string? was) in fields)
        {
            if (wanted is null || wanted == was)
                continue;
            if (was is not null)
                return false;
            matches = null;
        }

        return matches;
    }
}
