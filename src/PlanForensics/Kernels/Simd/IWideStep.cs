namespace PlanForensics.Kernels.Simd;

/// <summary>How one term enters half a register's binary64 accumulators. The first term is added to -0.0, which changes no value.</summary>
internal interface IWideStep
{
    static abstract TD Lower<TF, TD, TSimd>(TD accumulator, TF a, TF b)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;

    static abstract TD Upper<TF, TD, TSimd>(TD accumulator, TF a, TF b)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
