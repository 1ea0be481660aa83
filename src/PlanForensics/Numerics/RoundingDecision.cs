namespace PlanForensics.Numerics;

/// <summary>The one place where a rounding mode is interpreted.</summary>
internal static class RoundingDecision
{
    public static void Check(RoundingMode mode)
    {
        if (mode is < RoundingMode.NearestEven or > RoundingMode.TowardNegative)
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "not a defined rounding mode");
    }

    /// <summary>Whether a magnitude truncated to <paramref name="kept"/> has to be increased by one unit.</summary>
    /// <param name="mode">The rounding mode.</param>
    /// <param name="negative">Whether the value is negative.</param>
    /// <param name="kept">The truncated magnitude, in units.</param>
    /// <param name="exact">Whether nothing was discarded.</param>
    /// <param name="comparisonToHalf">Sign of (discarded part minus half a unit); not read when the value is exact.</param>
    public static bool Increases(RoundingMode mode, bool negative, ulong kept, bool exact, int comparisonToHalf)
    {
        if (exact)
            return false;
        return mode switch
        {
            RoundingMode.NearestEven => comparisonToHalf > 0 || (comparisonToHalf == 0 && (kept & 1) == 1),
            RoundingMode.NearestAway => comparisonToHalf >= 0,
            RoundingMode.TowardZero => false,
            RoundingMode.TowardPositive => !negative,
            _ => negative,
        };
    }
}
