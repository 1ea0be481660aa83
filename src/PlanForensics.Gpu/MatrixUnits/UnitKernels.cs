using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Products on a GPU's matrix units: every output is one chain of the unit's blocks over K, from +0.0.</summary>
/// <remarks>Two stages of both operands are copied to shared memory without waiting. Rows beyond the matrices repeat its last row; what they give is not stored.</remarks>
internal static class UnitKernels
{
    public static void Gemm<TUnit, TTile>(ArrayView<uint> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<float> c, UnitShape shape)
        where TUnit : struct, IMatrixUnit
        where TTile : struct, IUnitTile
    {
        const int panel = UnitShape.Rows * UnitShape.Pitch;
        ArrayView<U4> shared = SharedMemory.Allocate<U4>(2 * UnitShape.Stages * panel / 4);
        int thread = Group.IdxX;
        int warp = thread >> 5;
        int lane = thread & 31;
        int warpRow = warp % TTile.WarpsM * UnitShape.WarpRows;
        int warpColumn = warp / TTile.WarpsM * UnitShape.WarpColumns;
        int firstRow = Grid.IdxX % shape.TilesM * TTile.WarpsM * UnitShape.WarpRows;
        int firstColumn = Grid.IdxX / shape.TilesM * TTile.WarpsN * UnitShape.WarpColumns;
        int steps = shape.Words / UnitShape.StageWords;
        ArrayView<uint> words = shared.Cast<uint>();

        // Where this lane's rows of the fragments begin in a stage: A rows by lane, then a half of 16 bytes; B columns likewise.
        int fragmentA = ((warpRow + (lane & 15)) * UnitShape.Pitch) + ((lane >> 4) * 4);
        int fragmentB = panel + ((warpColumn + (lane & 7) + ((lane >> 4) * 8)) * UnitShape.Pitch) + (((lane >> 3) & 1) * 4);
        UnitSums sums = default;
        Fetch<TTile>(a, weights, words, thread, firstRow, firstColumn, 0, 0, shape);
        WarpOperations.CommitCopies();
        for (int step = 0; step < steps; step++)
        {
            int stage = (step & 1) * 2 * panel;
            if (step + 1 < steps)
                Fetch<TTile>(a, weights, words, thread, firstRow, firstColumn, step + 1, (2 * panel) - stage, shape);
            WarpOperations.CommitCopies();
            WarpOperations.WaitForOlderCopies();
            Group.Barrier();
            Multiply<TUnit>(words, stage + fragmentA, stage + fragmentB, ref sums);
            Multiply<TUnit>(words, stage + fragmentA + 8, stage + fragmentB + 8, ref sums);
            Group.Barrier();
        }

        int row = firstRow + warpRow + (lane >> 2);
        int column = firstColumn + warpColumn + (2 * (lane & 3));
        StoreRows(c, row, column, sums.R0, shape);
        StoreRows(c, row + 16, column, sums.R1, shape);
        StoreRows(c, row + 32, column, sums.R2, shape);
        StoreRows(c, row + 48, column, sums.R3, shape);
        if (shape.HasBias == 1 || shape.Output != 0)
            RunEpilogue(bias, c, row, column, shape);
    }

    /// <summary>Four threads start the copies of a row's 64 bytes.</summary>
    private static void Fetch<TTile>(ArrayView<uint> a, ArrayView<uint> weights, ArrayView<uint> words, int thread, int firstRow, int firstColumn, int step, int stage, UnitShape shape)
        where TTile : struct, IUnitTile
    {
        int part = (thread & 3) * 4;
        long at = ((long)step * UnitShape.StageWords) + part;
        for (int row = thread >> 2; row < TTile.WarpsM * UnitShape.WarpRows; row += TTile.WarpsM * TTile.WarpsN * 8)
            FetchOne(a, words, Clamp(firstRow + row, shape.M), at, stage + (row * UnitShape.Pitch) + part, shape);
        for (int column = thread >> 2; column < TTile.WarpsN * UnitShape.WarpColumns; column += TTile.WarpsM * TTile.WarpsN * 8)
            FetchOne(weights, words, Clamp(firstColumn + column, shape.N), at, stage + ((UnitShape.Rows + column) * UnitShape.Pitch) + part, shape);
    }

    private static void FetchOne(ArrayView<uint> operand, ArrayView<uint> words, int row, long at, int target, UnitShape shape) =>
        WarpOperations.Copy16(ref words[target], ref operand[((long)row * shape.Words) + at]);

    private static int Clamp(int row, int rows) => row < rows ? row : rows - 1;

    private static void Multiply<TUnit>(ArrayView<uint> words, int atA, int atB, ref UnitSums sums)
        where TUnit : struct, IMatrixUnit
    {
        U4 left = WarpOperations.LoadMatrices(ref words[atB]);
        U4 right = WarpOperations.LoadMatrices(ref words[atB + (16 * UnitShape.Pitch)]);
        sums.R0.Add<TUnit>(WarpOperations.LoadMatrices(ref words[atA]), left, right);
        sums.R1.Add<TUnit>(WarpOperations.LoadMatrices(ref words[atA + (16 * UnitShape.Pitch)]), left, right);
        sums.R2.Add<TUnit>(WarpOperations.LoadMatrices(ref words[atA + (32 * UnitShape.Pitch)]), left, right);
        sums.R3.Add<TUnit>(WarpOperations.LoadMatrices(ref words[atA + (48 * UnitShape.Pitch)]), left, right);
    }

    private static void StoreRows(ArrayView<float> c, int row, int column, UnitSums.RowSums sums, UnitShape shape)
    {
        StoreBlock(c, row, column, sums.C0, shape);
        StoreBlock(c, row, column + 8, sums.C1, shape);
        StoreBlock(c, row, column + 16, sums.C2, shape);
        StoreBlock(c, row, column + 24, sums.C3, shape);
    }

    private static void StoreBlock(ArrayView<float> c, int row, int column, F4 sums, UnitShape shape)
    {
        StoreOne(c, row, column, sums.X, shape);
        StoreOne(c, row, column + 1, sums.Y, shape);
        StoreOne(c, row + 8, column, sums.Z, shape);
        StoreOne(c, row + 8, column + 1, sums.W, shape);
    }

    private static void StoreOne(ArrayView<float> c, int row, int column, float sum, UnitShape shape)
    {
        if (row < shape.M && column < shape.N)
            c[((long)row * shape.N) + column] = FormatRounding.Canonical(sum);
    }

    /// <summary>The epilogue of a lane's own outputs, read again: written out for each of the 64 sums it would be most of the kernel.</summary>
    private static void RunEpilogue(ArrayView<float> bias, ArrayView<float> c, int firstRow, int firstColumn, UnitShape shape)
    {
        for (int index = 0; index < 64; index++)
        {
            int row = firstRow + ((index >> 3) * 8);
            int column = firstColumn + (((index >> 1) & 3) * 8) + (index & 1);
            if (row >= shape.M || column >= shape.N)
                continue;
            long at = ((long)row * shape.N) + column;
            float sum = c[at];
            if (shape.HasBias == 1)
                sum = FormatRounding.Round(Fp.Add(sum, bias[column]), shape.BiasFormat);
            c[at] = FormatRounding.Round(sum, shape.Output);
        }
    }
}
