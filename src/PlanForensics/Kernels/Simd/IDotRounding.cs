namespace PlanForensics.Kernels.Simd;

/// <summary>How a matrix unit rounds the sum of a block, on a register of sums.</summary>
internal interface IDotRounding
{
    /// <summary>The exponent, as a power of two in binary32, that an accumulator counts with; 0 for one that is zero.</summary>
    static abstract TF Power<TF, TD, TSimd>(TF accumulator)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;

    /// <summary>Rounds sums.</summary>
    /// <param name="truncated">The sums, truncated to 24 significant bits.</param>
    /// <param name="isExact">All bits of a lane that truncation did not change, else none.</param>
    /// <param name="unit">The power of two that a sum is counted in.</param>
    static abstract TF Round<TF, TD, TSimd>(TF truncated, TF isExact, TF unit)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
