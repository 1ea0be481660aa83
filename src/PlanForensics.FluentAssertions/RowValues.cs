using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Pseudo-random values that are the same on every machine.</summary>
internal static class RowValues
{
    public const ulong WeightSeed = 0x5EED_0001;

    /// <summary>
    /// Signed integers of 8 (bf16), 11 (fp16) or 24 bits times powers of two from 2^-11 to 1, below 1 in magnitude: representable without rounding. Exponents vary, so that sums are not exact and
    /// their order shows. Source of randomness: SplitMix64.
    /// </summary>
    public static float[] Of(int count, ulong seed, NumericFormat format)
    {
        int bits = format switch
        {
            NumericFormat.Bf16 => 8,
            NumericFormat.Fp16 => 11,
            _ => 24,
        };
        float[] values = new float[count];
        ulong state = seed;
        for (int index = 0; index < count; index++)
        {
            state += 0x9E37_79B9_7F4A_7C15;
            ulong mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            ulong random = mixed ^ (mixed >> 31);
            values[index] = (float)Math.ScaleB((double)((long)random >> (64 - bits)), 1 - bits - (int)(random % 12));
        }

        return values;
    }
}
