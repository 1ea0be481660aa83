using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>The steps of accumulators that compute in binary32.</summary>
internal static class Steps
{
    /// <summary><c>fl(acc + a * b)</c>.</summary>
    internal readonly struct Fma<TRounding> : IStep
        where TRounding : struct, IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Start<TF, TD, TSimd>(TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Multiply(a, b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Take<TF, TD, TSimd>(TF accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Fma(a, b, accumulator));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Join<TF, TD, TSimd>(TF accumulator, TF finished)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Add(accumulator, finished));
    }

    /// <summary><c>fl(acc + fl(a * b))</c>, the product rounded to a format of its own.</summary>
    internal readonly struct MulAdd<TProduct, TRounding> : IStep
        where TProduct : struct, IRounding
        where TRounding : struct, IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Start<TF, TD, TSimd>(TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TProduct.Round<TF, TD, TSimd>(TSimd.Multiply(a, b)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Take<TF, TD, TSimd>(TF accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> =>
            TRounding.Round<TF, TD, TSimd>(TSimd.Add(accumulator, TProduct.Round<TF, TD, TSimd>(TSimd.Multiply(a, b))));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Join<TF, TD, TSimd>(TF accumulator, TF finished)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Add(accumulator, finished));
    }

    /// <summary><c>fl(acc + a)</c>.</summary>
    internal readonly struct Add<TRounding> : IStep
        where TRounding : struct, IRounding
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Start<TF, TD, TSimd>(TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(a);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Take<TF, TD, TSimd>(TF accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Add(accumulator, a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Join<TF, TD, TSimd>(TF accumulator, TF finished)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TRounding.Round<TF, TD, TSimd>(TSimd.Add(accumulator, finished));
    }

    /// <summary><c>vdpbf16ps</c>: <c>fl(acc + a * b)</c>, subnormal inputs and results flushed to zeros of their sign.</summary>
    internal readonly struct FlushedFma : IStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Start<TF, TD, TSimd>(TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Flush(TSimd.Multiply(TSimd.Flush(a), TSimd.Flush(b)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Take<TF, TD, TSimd>(TF accumulator, TF a, TF b)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Flush(TSimd.Fma(TSimd.Flush(a), TSimd.Flush(b), TSimd.Flush(accumulator)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Join<TF, TD, TSimd>(TF accumulator, TF finished)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Add(accumulator, finished);
    }
}
