using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>Powers of two for weights: 0 for a zero, a NaN for what is not finite.</summary>
internal static class WeightPowers
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>The power of a number whose format keeps subnormal numbers at its smallest exponent.</summary>
    /// <param name="value">Numbers.</param>
    /// <param name="smallest">The bits of the smallest power.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TF Clamp<TF, TD, TSimd>(TF value, int smallest)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD> => Clamped.Of<TF, TD, TSimd>(value, TSimd.BroadcastBits(smallest));

    /// <summary>Weights that are zeros or normal numbers of their format.</summary>
    internal readonly struct Normal : IWeightPowers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Of<TF, TD, TSimd>(TF weights, TF smallest)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.And(weights, TSimd.BroadcastBits(ExponentMask));
    }

    /// <summary>Any weights.</summary>
    internal readonly struct Clamped : IWeightPowers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Of<TF, TD, TSimd>(TF weights, TF smallest)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD>
        {
            TF mask = TSimd.BroadcastBits(ExponentMask);
            TF field = TSimd.And(weights, mask);
            TF isZero = TSimd.EqualsInt32(TSimd.And(weights, TSimd.BroadcastBits(0x7FFF_FFFF)), TSimd.BroadcastBits(0));
            TF isSpecial = TSimd.EqualsInt32(field, mask);
            TF power = TSimd.Or(TSimd.MaxInt32(field, smallest), TSimd.And(isSpecial, TSimd.BroadcastBits(0x0040_0000)));
            return TSimd.Xor(power, TSimd.And(power, isZero));
        }
    }
}
