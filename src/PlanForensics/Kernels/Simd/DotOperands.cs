namespace PlanForensics.Kernels.Simd;

/// <summary>
/// Where the operands of one block of a matrix unit lie, for two registers of outputs: each term of A is one number, and its exponent as a power of two; each term of B is a register.
/// </summary>
internal readonly unsafe struct DotOperands(float* a0, float* a1, float* power0, float* power1, float* b0, float* b1, nint strideA, nint strideB)
{
    public readonly float* A0 = a0;

    public readonly float* A1 = a1;

    public readonly float* Power0 = power0;

    public readonly float* Power1 = power1;

    public readonly float* B0 = b0;

    public readonly float* B1 = b1;

    /// <summary>Distance between successive terms of A.</summary>
    public readonly nint StrideA = strideA;

    /// <summary>Distance between successive terms of B.</summary>
    public readonly nint StrideB = strideB;
}
