namespace PlanForensics.Numerics;

/// <summary>A format's patterns, left-aligned in 32 bits, and the distance between two of them.</summary>
/// <param name="DroppedBits">Low bits of the 32 that the format does not have; they are zero in every pattern that is not NaN.</param>
/// <param name="LargestNumber">The largest magnitude that is not NaN (infinity, or 448 in E4M3).</param>
/// <param name="Rules">NaN and zero policies.</param>
internal readonly record struct UlpGrid(int DroppedBits, int LargestNumber, UlpRules Rules)
{
    /// <summary>The grid on which fp32-held values (fp32, tf32, bf16) or left-aligned patterns (16 and 8 bits) lie.</summary>
    public static UlpGrid Of(NumericFormat format, UlpRules rules)
    {
        rules.Check();
        return format switch
        {
            NumericFormat.Fp32 => new(0, 0x7F80_0000, rules),
            NumericFormat.Tf32 => new(13, 0x7F80_0000, rules),
            NumericFormat.Bf16 => new(16, 0x7F80_0000, rules),
            NumericFormat.Fp16 => new(16, 0x7C00_0000, rules),
            NumericFormat.Fp8E4M3 => new(24, 0x7E00_0000, rules),
            NumericFormat.Fp8E5M2 => new(24, 0x7C00_0000, rules),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "ulp distances exist for fp32, tf32, bf16, fp16 and fp8"),
        };
    }

    public uint StrayMask => (1u << DroppedBits) - 1;

    public bool IsNaN(uint pattern) => (pattern & int.MaxValue) > (uint)LargestNumber;

    /// <summary>Whether a pattern is a number that the format does not have.</summary>
    public bool IsStray(uint pattern) => (pattern & StrayMask) != 0 && !IsNaN(pattern);

    public long Key(uint pattern)
    {
        long magnitude = (pattern & int.MaxValue) >> DroppedBits;
        if (pattern <= int.MaxValue)
            return magnitude;
        return Rules.Zeros == SignedZeroPolicy.Distinct ? -magnitude - 1 : -magnitude;
    }

    public long Distance(uint left, uint right)
    {
        bool leftIsNaN = IsNaN(left);
        if (!leftIsNaN && !IsNaN(right))
            return Math.Abs(Key(left) - Key(right));
        bool equal = leftIsNaN && IsNaN(right) && Rules.NaNs switch
        {
            NaNPolicy.AnyNaNEqual => true,
            NaNPolicy.PayloadEqual => left == right,
            _ => false,
        };
        return equal ? 0 : long.MaxValue;
    }
}
