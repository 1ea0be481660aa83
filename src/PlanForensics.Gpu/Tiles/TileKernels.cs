using ILGPU;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Tiles;

/// <summary>Tiled products in binary32, for programs that are sums of successive terms: one, or slices that a second kernel merges.</summary>
internal static class TileKernels
{
    /// <summary>One tile of one slice a group of 256 threads.</summary>
    public static void Gemm<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<int> slices, ArrayView<float> c, TileShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        const int panel = TileShape.Depth * TileShape.Pitch;
        ArrayView<F4> sharedA = SharedMemory.Allocate<F4>(2 * panel / 4);
        ArrayView<F4> sharedB = SharedMemory.Allocate<F4>(2 * panel / 4);
        int thread = Group.IdxX;
        int tile = Grid.IdxX;
        int tileRow = tile % shape.TilesM;
        int tileColumn = tile / shape.TilesM;
        int slice = Grid.IdxY;
        Sums64 sums = TileLoop.Run<TStep, TWeights>(a, weights, slices, sharedA, sharedB, thread, tileRow, tileColumn, slice, shape);
        TileSteps.Finish(bias, c, thread, tileRow, tileColumn, slice, sums, shape);
    }

    /// <summary>The same tiles on the CPU device: one thread a group runs the 256 threads of a tile one after the other between what are barriers on a GPU.</summary>
    public static void GemmPhased<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<int> slices, ArrayView<float> c, ArrayView<Sums64> sums, TileShape shape, int count)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        const int panel = TileShape.Depth * TileShape.Pitch;
        ArrayView<F4> sharedA = SharedMemory.Allocate<F4>(panel / 4);
        ArrayView<F4> sharedB = SharedMemory.Allocate<F4>(panel / 4);
        ArrayView<Sums64> own = sums.SubView((long)Grid.IdxX * TileShape.Threads, TileShape.Threads);
        int tiles = shape.TilesM * shape.TilesN;
        for (int work = Grid.IdxX; work < tiles * count; work += Grid.DimX)
        {
            int slice = work / tiles;
            int tileRow = work % tiles % shape.TilesM;
            int tileColumn = work % tiles / shape.TilesM;
            TileLoop.RunPhased<TStep, TWeights>(a, weights, slices, sharedA, sharedB, own, tileRow, tileColumn, slice, shape);
            for (int thread = 0; thread < TileShape.Threads; thread++)
                TileSteps.Finish(bias, c, thread, tileRow, tileColumn, slice, own[thread], shape);
        }
    }
}
