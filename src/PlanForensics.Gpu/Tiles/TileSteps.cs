using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Tiles;

/// <summary>What one thread of a tile does between two barriers. The GPU's driver and the CPU device's call the same steps.</summary>
/// <remarks>
/// Thread t brings four terms of row t / 2 of each operand, and owns rows 4 (t / 16) .. + 3 and columns 4 (t mod 16) .. + 3 of each quarter of the tile. A sum starts at -0.0, to which
/// a first product is added exactly, its sign of zero included, or at +0.0 where the program says so. Terms are never padded, since fma(0, 0, -0.0) is +0.0.
/// </remarks>
internal static class TileSteps
{
    /// <summary>What a slice's sums start with.</summary>
    public static float Start(ArrayView<int> slices, int slice) => Interop.IntAsFloat(slices[(3 * slice) + 2] == 1 ? 0u : 0x8000_0000u);

    /// <summary>Four successive terms of one row, as many of them as lie before the slice's end; the rest is not used.</summary>
    public static F4 Fetch(ArrayView<float> operand, int row, int rows, int term, int end, TileShape shape)
    {
        F4 four = default;
        if (row >= rows)
            return four;
        long at = ((long)row * shape.K) + term;
        if (shape.Aligned == 1 && term + 4 <= end && (term & 3) == 0)
            return operand.AsAligned(16).Cast<F4>()[at >> 2];
        if (term < end)
            four.X = operand[at];
        if (term + 1 < end)
            four.Y = operand[at + 1];
        if (term + 2 < end)
            four.Z = operand[at + 2];
        if (term + 3 < end)
            four.W = operand[at + 3];
        return four;
    }

    /// <summary>Four successive weights of one output as they lie in memory, as many of them as lie before the slice's end; the rest is not used.</summary>
    public static U4 FetchWeights<TWeights>(ArrayView<uint> weights, int row, int rows, int term, int end, TileShape shape)
        where TWeights : struct, IWeightFormat
    {
        if (row >= rows)
            return default;
        long at = ((long)row * shape.K) + term;
        if (shape.Aligned == 1 && term + 4 <= end && (term & 3) == 0)
            return TWeights.Load4(weights, at >> 2);
        return TWeights.Pack(
            term < end ? TWeights.Raw(weights, at) : 0u,
            term + 1 < end ? TWeights.Raw(weights, at + 1) : 0u,
            term + 2 < end ? TWeights.Raw(weights, at + 2) : 0u,
            term + 3 < end ? TWeights.Raw(weights, at + 3) : 0u);
    }

    /// <summary>Puts four terms of one row into shared memory, terms apart.</summary>
    public static void Store(ArrayView<float> shared, int thread, F4 four)
    {
        int at = ((thread & 1) * 4 * TileShape.Pitch) + (thread >> 1);
        shared[at] = four.X;
        shared[at + TileShape.Pitch] = four.Y;
        shared[at + (2 * TileShape.Pitch)] = four.Z;
        shared[at + (3 * TileShape.Pitch)] = four.W;
    }

    /// <summary>The tile's terms into a thread's sums.</summary>
    public static void Accumulate<TStep>(ArrayView<F4> a, ArrayView<F4> b, int thread, int terms, ref Sums64 sums)
        where TStep : struct, IMacStep
    {
        int row = thread >> 4;
        int column = thread & 15;
        for (int term = 0; term < terms; term++)
        {
            int at = term * (TileShape.Pitch / 4);
            sums.Add<TStep>(a[at + row], a[at + row + 16], b[at + column], b[at + column + 16]);
        }
    }

    /// <summary>A thread's sums into the output, or the slice's part of the workspace.</summary>
    public static void Finish(ArrayView<float> bias, ArrayView<float> c, int thread, int tileRow, int tileColumn, int slice, Sums64 sums, TileShape shape)
    {
        int row = (tileRow * TileShape.Rows) + ((thread >> 4) * 4);
        int column = (tileColumn * TileShape.Columns) + ((thread & 15) * 4);
        FinishRow(c, row, column, slice, sums.L0, sums.R0, shape);
        FinishRow(c, row + 1, column, slice, sums.L1, sums.R1, shape);
        FinishRow(c, row + 2, column, slice, sums.L2, sums.R2, shape);
        FinishRow(c, row + 3, column, slice, sums.L3, sums.R3, shape);
        FinishRow(c, row + 64, column, slice, sums.L4, sums.R4, shape);
        FinishRow(c, row + 65, column, slice, sums.L5, sums.R5, shape);
        FinishRow(c, row + 66, column, slice, sums.L6, sums.R6, shape);
        FinishRow(c, row + 67, column, slice, sums.L7, sums.R7, shape);
        if (shape.Slices == 1 && (shape.HasBias == 1 || shape.Output != 0))
            RunEpilogue(bias, c, row, column, shape);
    }

    private static void FinishRow(ArrayView<float> c, int row, int column, int slice, F4 left, F4 right, TileShape shape)
    {
        if (row >= shape.M)
            return;
        long at = (((long)slice * shape.M) + row) * shape.N;
        FinishFour(c, at, column, left, shape);
        FinishFour(c, at, column + 64, right, shape);
    }

    private static void FinishFour(ArrayView<float> c, long at, int column, F4 four, TileShape shape)
    {
        FinishOne(c, at, column, four.X, shape);
        FinishOne(c, at, column + 1, four.Y, shape);
        FinishOne(c, at, column + 2, four.Z, shape);
        FinishOne(c, at, column + 3, four.W, shape);
    }

    private static void FinishOne(ArrayView<float> c, long at, int column, float sum, TileShape shape)
    {
        if (column < shape.N)
            c[at + column] = FormatRounding.Canonical(sum);
    }

    /// <summary>The epilogue of a thread's own outputs, read again: written out for each of the 64 sums it would be most of the kernel. A workspace holds sums as they are.</summary>
    private static void RunEpilogue(ArrayView<float> bias, ArrayView<float> c, int firstRow, int firstColumn, TileShape shape)
    {
        for (int index = 0; index < 64; index++)
        {
            int row = firstRow + ((index >> 3) & 3) + (index >> 5 << 6);
            int column = firstColumn + (index & 3) + (((index >> 2) & 1) << 6);
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
