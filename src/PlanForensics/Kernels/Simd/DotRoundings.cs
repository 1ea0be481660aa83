using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>The roundings of matrix units.</summary>
internal static class DotRoundings
{
    private const int ExponentMask = 0x7F80_0000;

    /// <summary>Toward zero to binary32.</summary>
    internal readonly struct TowardZeroFp32 : IDotRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Power<TF, TD, TSimd>(TF accumulator)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.And(accumulator, TSimd.BroadcastBits(ExponentMask));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF truncated, TF isExact, TF unit)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Multiply(truncated, unit);
    }

    /// <summary>Toward zero to 13 fraction bits.</summary>
    internal readonly struct TowardZeroE8M13 : IDotRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Power<TF, TD, TSimd>(TF accumulator)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.And(accumulator, TSimd.BroadcastBits(ExponentMask));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF truncated, TF isExact, TF unit)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Multiply(TSimd.And(truncated, TSimd.BroadcastBits(unchecked((int)0xFFFF_FC00))), unit);
    }

    /// <summary>To nearest even, binary16. A truncated sum keeps a one for what was lost, so that the second rounding decides as if it were the only one.</summary>
    internal readonly struct NearestEvenFp16 : IDotRounding
    {
        private const int SmallestPower = (127 - 14) << 23;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Power<TF, TD, TSimd>(TF accumulator)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => WeightPowers.Clamp<TF, TD, TSimd>(accumulator, SmallestPower);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF truncated, TF isExact, TF unit)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD>
        {
            TF sticky = TSimd.AddInt32(isExact, TSimd.BroadcastBits(1));
            return TSimd.RoundFp16(TSimd.Multiply(TSimd.Or(truncated, sticky), unit));
        }
    }
}
