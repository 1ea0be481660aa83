using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>The steps of binary64 accumulators.</summary>
internal static class WideSteps
{
    /// <summary><c>fl(acc + a)</c>.</summary>
    internal readonly struct Add : IWideStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Lower<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.AddDouble(accumulator, TSimd.WidenLower(a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Upper<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.AddDouble(accumulator, TSimd.WidenUpper(a));
    }

    /// <summary><c>fl(acc + a * b)</c>: the product of two binary32 values is exact in binary64, so fused and separate are one.</summary>
    internal readonly struct Product : IWideStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Lower<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.FmaDouble(TSimd.WidenLower(a), TSimd.WidenLower(b), accumulator);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Upper<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.FmaDouble(TSimd.WidenUpper(a), TSimd.WidenUpper(b), accumulator);
    }

    /// <summary><c>fl(acc + fl32(a * b))</c>.</summary>
    internal readonly struct NarrowProduct : IWideStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Lower<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.AddDouble(accumulator, TSimd.WidenLower(TSimd.Multiply(a, b)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TD Upper<TF, TD, TSimd>(TD accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.AddDouble(accumulator, TSimd.WidenUpper(TSimd.Multiply(a, b)));
    }
}
