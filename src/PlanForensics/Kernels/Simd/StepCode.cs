namespace PlanForensics.Kernels.Simd;

/// <summary>A step in an accumulator format: what a run of terms is specialised for.</summary>
internal enum StepCode : byte
{
    Add32,
    Fma32,
    MulAdd32,
    Pair32,
    AddBf16,
    FmaBf16,
    MulAddBf16,

    /// <summary>The product stays in binary32.</summary>
    MulAddWideBf16,
    AddFp16,
    FmaFp16,
    MulAddFp16,

    /// <summary>The product stays in binary32.</summary>
    MulAddWideFp16,
    /// <summary>A block of a matrix unit.</summary>
    Dot,
    Add64,

    /// <summary>Fused or not: the product of two binary32 values is exact in binary64.</summary>
    Product64,

    /// <summary>The product is rounded to binary32.</summary>
    MulAddNarrow64,
}
