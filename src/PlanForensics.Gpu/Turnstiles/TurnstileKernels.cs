using ILGPU;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Turnstiles;

/// <summary>Split-K without a workspace: a group computes a tile of one slice, waits for the slice's turn at that tile, and adds to the output what it has.</summary>
/// <remarks>
/// <c>turns[0]</c> hands out the work, all tiles of the first turn before those of the second; <c>turns[1 + tile]</c> says whose turn it is. A group takes its number when it starts, so every group
/// that it waits for has started before it, in whatever order the device starts groups.
/// </remarks>
internal static class TurnstileKernels
{
    /// <summary>One tile of one slice a group of 256 threads.</summary>
    public static void Gemm<TStep, TWeights>(
        ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<int> table, ArrayView<float> c, ArrayView<int> turns, TileShape shape, TurnShape turnShape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        const int panel = TileShape.Depth * TileShape.Pitch;
        ArrayView<F4> sharedA = SharedMemory.Allocate<F4>(2 * panel / 4);
        ArrayView<F4> sharedB = SharedMemory.Allocate<F4>(2 * panel / 4);
        ArrayView<int> sharedWork = SharedMemory.Allocate<int>(1);
        int thread = Group.IdxX;
        if (thread == 0)
            sharedWork[0] = Atomic.Add(ref turns[0], 1);
        Group.Barrier();
        int work = sharedWork[0];
        int tiles = shape.TilesM * shape.TilesN;
        int turn = work / tiles;
        int tile = work % tiles;
        int tileRow = tile % shape.TilesM;
        int tileColumn = tile / shape.TilesM;
        Sums64 sums = TileLoop.Run<TStep, TWeights>(a, weights, table, sharedA, sharedB, thread, tileRow, tileColumn, turn, shape);
        if (thread == 0)
        {
            while (TurnOperations.Acquire(ref turns[1 + tile]) != turn)
            {
            }
        }

        Group.Barrier();
        TurnSteps.Add(bias, table, c, thread, tileRow, tileColumn, turn, sums, shape, turnShape);
        Group.Barrier();
        if (thread == 0)
            sharedWork[0] = TurnOperations.Release(ref turns[1 + tile], turn + 1);
    }

    /// <summary>The same on the CPU device: one thread a group runs the 256 threads of a tile one after the other between what are barriers on a GPU, and takes work until none is left.</summary>
    public static void GemmPhased<TStep, TWeights>(
        ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<int> table, ArrayView<float> c, ArrayView<int> turns, ArrayView<Sums64> sums, TileShape shape, TurnShape turnShape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        const int panel = TileShape.Depth * TileShape.Pitch;
        ArrayView<F4> sharedA = SharedMemory.Allocate<F4>(panel / 4);
        ArrayView<F4> sharedB = SharedMemory.Allocate<F4>(panel / 4);
        ArrayView<Sums64> own = sums.SubView((long)Grid.IdxX * TileShape.Threads, TileShape.Threads);
        int tiles = shape.TilesM * shape.TilesN;
        for (int work = Atomic.Add(ref turns[0], 1); work < tiles * turnShape.Turns; work = Atomic.Add(ref turns[0], 1))
        {
            int turn = work / tiles;
            int tile = work % tiles;
            int tileRow = tile % shape.TilesM;
            int tileColumn = tile / shape.TilesM;
            TileLoop.RunPhased<TStep, TWeights>(a, weights, table, sharedA, sharedB, own, tileRow, tileColumn, turn, shape);
            while (TurnOperations.Acquire(ref turns[1 + tile]) != turn)
            {
            }

            for (int thread = 0; thread < TileShape.Threads; thread++)
                TurnSteps.Add(bias, table, c, thread, tileRow, tileColumn, turn, own[thread], shape, turnShape);
            TurnOperations.Release(ref turns[1 + tile], turn + 1);
        }
    }
}
