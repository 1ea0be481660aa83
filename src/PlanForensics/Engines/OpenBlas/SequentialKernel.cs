namespace PlanForensics.Engines.OpenBlas;

/// <summary>Kernels whose micro-tiles keep one accumulator an element, whatever their size.</summary>
/// <remarks>Source: sgemm_kernel_16x4_skylakex_3.c and sgemm_kernel_16x4_sandy.S of OpenBLAS 0.3.21.</remarks>
internal sealed class SequentialKernel : IMicroKernel
{
    public static readonly SequentialKernel Instance = new();

    public void AddTiles(TileRectangle panel, ICollection<TileRectangle> tiles)
    {
    }
}
