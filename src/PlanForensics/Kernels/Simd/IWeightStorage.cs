namespace PlanForensics.Kernels.Simd;

/// <summary>How the elements of B lie in memory; one struct for each form, so that the JIT compiles one copy of a kernel for each.</summary>
/// <remarks>Loading is exact: the form does not show in the bits.</remarks>
internal unsafe interface IWeightStorage
{
    /// <summary>The address of an element.</summary>
    /// <param name="origin">Element 0, whatever the elements' size.</param>
    /// <param name="index">Elements from there.</param>
    /// <returns>The element's address.</returns>
    static abstract float* At(float* origin, nint index);

    /// <summary>A register of successive elements, widened to binary32.</summary>
    static abstract TF Load<TF, TD, TSimd>(float* origin, nint index)
        where TF : struct
        where TD : struct
        where TSimd : struct, ISimd<TF, TD>;
}
