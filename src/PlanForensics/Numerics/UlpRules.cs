namespace PlanForensics.Numerics;

/// <summary>The two choices that an ulp distance leaves open. The default is any NaN equal, zeros equal.</summary>
/// <param name="NaNs">When a NaN counts as equal.</param>
/// <param name="Zeros">Whether -0 and +0 differ.</param>
public readonly record struct UlpRules(NaNPolicy NaNs = NaNPolicy.AnyNaNEqual, SignedZeroPolicy Zeros = SignedZeroPolicy.Equal)
{
    /// <summary>Distance 0 means equal bits, NaN payloads and the sign of zero included.</summary>
    public static UlpRules StrictBits { get; } = new(NaNPolicy.PayloadEqual, SignedZeroPolicy.Distinct);

    internal void Check()
    {
        if (NaNs is < NaNPolicy.AnyNaNEqual or > NaNPolicy.Unequal)
            throw new ArgumentOutOfRangeException(nameof(NaNs), NaNs, "not a defined NaN policy");
        if (Zeros is < SignedZeroPolicy.Equal or > SignedZeroPolicy.Distinct)
            throw new ArgumentOutOfRangeException(nameof(Zeros), Zeros, "not a defined signed-zero policy");
    }
}
