using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>The accumulator formats that compute in binary32.</summary>
internal static class Roundings
{
    internal readonly struct Fp32 : IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF value)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => value;
    }

    internal readonly struct Bf16 : IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF value)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.RoundBf16(value);
    }

    internal readonly struct Fp16 : IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Round<TF, TD, TSimd>(TF value)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.RoundFp16(value);
    }
}
