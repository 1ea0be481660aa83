namespace PlanForensics.Kernels.Simd;

/// <summary>The exponents of a register of weights, as powers of two in binary32.</summary>
internal interface IWeightPowers
{
    static abstract TF Of<TF, TD, TSimd>(TF weights, TF smallest)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
