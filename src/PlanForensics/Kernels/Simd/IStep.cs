namespace PlanForensics.Kernels.Simd;

/// <summary>How one term enters an accumulator that computes in binary32.</summary>
internal interface IStep
{
    /// <summary>The value that a first term starts an accumulator with.</summary>
    static abstract TF Start<TF, TD, TSimd>(TF a, TF b)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;

    /// <summary>The accumulator after one more term.</summary>
    static abstract TF Take<TF, TD, TSimd>(TF accumulator, TF a, TF b)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;

    /// <summary>The accumulator after a finished accumulator of the same format is added.</summary>
    static abstract TF Join<TF, TD, TSimd>(TF accumulator, TF finished)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
