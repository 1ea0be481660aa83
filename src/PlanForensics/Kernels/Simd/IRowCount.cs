namespace PlanForensics.Kernels.Simd;

/// <summary>The number of rows of a tile, known to the JIT.</summary>
internal interface IRowCount
{
    static abstract int Count { get; }
}
