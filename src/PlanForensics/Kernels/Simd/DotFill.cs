using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>Exponents of operands of a matrix unit, a register at a time.</summary>
internal static unsafe class DotFill<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Powers of two in binary32: 0 for a zero, a NaN for what is not finite; a subnormal number has its format's smallest exponent.</summary>
    public static void Powers(float* values, nint count, NumericFormat format, float* powers)
    {
        TF smallest = TSimd.BroadcastBits(DotPowers.Smallest(format));
        nint index = 0;
        for (; index + TSimd.Width <= count; index += TSimd.Width)
            TSimd.Store(WeightPowers.Clamped.Of<TF, TD, TSimd>(TSimd.Load(values + index), smallest), powers + index);
        for (; index < count; index++)
            powers[index] = DotPowers.Of(values[index], DotPowers.Smallest(format));
    }
}
