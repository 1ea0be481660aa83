namespace PlanForensics.Numerics;

/// <summary>When a NaN counts as equal. In every policy a NaN and a number are incomparable: distance <see cref="long.MaxValue"/>.</summary>
public enum NaNPolicy
{
    /// <summary>Two NaNs are at distance 0, whatever their signs and payloads.</summary>
    AnyNaNEqual,

    /// <summary>Two NaNs are at distance 0 when all their bits are equal, else incomparable.</summary>
    PayloadEqual,

    /// <summary>A NaN is incomparable with everything, itself included.</summary>
    Unequal,
}
