namespace PlanForensics.Numerics;

/// <summary>Packs representable values into the 16- or 8-bit patterns of a format, and unpacks them.</summary>
internal static class BitPatterns
{
    /// <summary>Packs a value that is already representable; NaN packs as the canonical pattern.</summary>
    public static uint Pack(float value, FormatLimits limits)
    {
        int fractionBits = limits.FractionBits;
        if (float.IsNaN(value))
            return CanonicalNaN(limits);
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint magnitude = bits & int.MaxValue;
        uint sign = (bits >> 31) << SignPosition(limits);
        if (float.IsInfinity(value))
            return sign | InfinityPattern(limits);
        int biased = (int)(magnitude >> 23) - 127 + limits.Bias;
        if (biased <= 0)
            return sign | (uint)(Math.Abs((double)value) * Math.ScaleB(1.0, -limits.MinQuantum));
        return sign | ((uint)biased << fractionBits) | ((magnitude & 0x7F_FFFF) >> limits.DroppedBits);
    }

    /// <summary>Unpacks exactly; sign and payload of a NaN are kept (payload left-aligned), except in E4M3, whose NaN has no payload.</summary>
    public static float Unpack(uint pattern, FormatLimits limits)
    {
        int fractionBits = limits.FractionBits;
        int signPosition = SignPosition(limits);
        uint sign = ((pattern >> signPosition) & 1) << 31;
        uint magnitude = pattern & ((1u << signPosition) - 1);
        uint fraction = magnitude & ((1u << fractionBits) - 1);
        uint biased = magnitude >> fractionBits;
        uint result;
        if (limits.HasInfinity && magnitude >= InfinityPattern(limits))
            result = 0x7F80_0000 | (fraction << limits.DroppedBits);
        else if (!limits.HasInfinity && magnitude == CanonicalNaN(limits))
            result = FormatLimits.CanonicalNaN32Bits;
        else if (biased == 0)
            result = BitConverter.SingleToUInt32Bits((float)(fraction * Math.ScaleB(1.0, limits.MinQuantum)));
        else
            result = ((biased + 127 - (uint)limits.Bias) << 23) | (fraction << limits.DroppedBits);
        return BitConverter.UInt32BitsToSingle(sign | result);
    }

    private static int SignPosition(FormatLimits limits) => limits.Precision + limits.MinExponent switch
    {
        -126 => 7,
        -14 => 4,
        _ => 3,
    };

    private static uint InfinityPattern(FormatLimits limits) => (uint)((2 * limits.Bias) + 1) << limits.FractionBits;

    // A quiet NaN sets the top fraction bit; E4M3 spends its all-ones pattern.
    private static uint CanonicalNaN(FormatLimits limits) =>
        limits.HasInfinity ? InfinityPattern(limits) | (1u << (limits.FractionBits - 1)) : (1u << SignPosition(limits)) - 1;
}
