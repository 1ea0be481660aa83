namespace PlanForensics.Numerics;

/// <summary>Whether -0 and +0 are one point of the ulp scale or two.</summary>
public enum SignedZeroPolicy
{
    /// <summary>Distance 0: the key of a pattern is +magnitude or -magnitude.</summary>
    Equal,

    /// <summary>Strict bits: two neighbours at distance 1; the key of a negative pattern is -magnitude - 1. Every distance across zero is then one
    /// more than under <see cref="Equal"/>; distances between values of one sign do not change, and distance 0 means equal bits (NaN policy apart).</summary>
    Distinct,
}
