namespace PlanForensics.Kernels.Simd;

/// <summary>The rounding after each operation of an accumulator that computes in binary32.</summary>
internal interface IRounding
{
    static abstract TF Round<TF, TD, TSimd>(TF value)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
