using System.Runtime.CompilerServices;

namespace PlanForensics.Kernels.Simd;

/// <summary>The forms in which B lies in memory.</summary>
internal static unsafe class WeightStorages
{
    /// <summary>Four bytes an element.</summary>
    internal readonly struct Fp32 : IWeightStorage
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float* At(float* origin, nint index) => origin + index;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Load<TF, TD, TSimd>(float* origin, nint index)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.Load(origin + index);
    }

    /// <summary>Two bytes an element: half the memory traffic where weights are bfloat16.</summary>
    internal readonly struct Bf16 : IWeightStorage
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static float* At(float* origin, nint index) => (float*)((ushort*)origin + index);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TF Load<TF, TD, TSimd>(float* origin, nint index)
            where TF : struct
            where TD : struct
            where TSimd : struct, ISimd<TF, TD> => TSimd.LoadBf16((ushort*)origin + index);
    }
}
