using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Turnstiles;

/// <summary>What one thread of a tile does in its group's turn.</summary>
internal static class TurnSteps
{
    /// <summary>Adds a thread's sums to the output, whose turn it is to; the last turn runs the epilogue.</summary>
    public static void Add(ArrayView<float> bias, ArrayView<int> table, ArrayView<float> c, int thread, int tileRow, int tileColumn, int turn, Sums64 sums, TileShape shape, TurnShape turns)
    {
        int firstRow = (tileRow * TileShape.Rows) + ((thread >> 4) * 4);
        int firstColumn = (tileColumn * TileShape.Columns) + ((thread & 15) * 4);
        int staging = table[(3 * turns.Turns) + turn];
        // A loop that takes the first four sums and moves the others up: written out for all 64 it would be most of the kernel, and an index would put them into local memory.
        for (int part = 0; part < 16; part++)
        {
            int row = firstRow + ((part >> 1) & 3) + (part >> 3 << 6);
            int column = firstColumn + ((part & 1) << 6);
            AddOne(bias, c, row, column, sums.L0.X, turn, staging, shape, turns);
            AddOne(bias, c, row, column + 1, sums.L0.Y, turn, staging, shape, turns);
            AddOne(bias, c, row, column + 2, sums.L0.Z, turn, staging, shape, turns);
            AddOne(bias, c, row, column + 3, sums.L0.W, turn, staging, shape, turns);
            sums.MoveUp();
        }
    }

    private static void AddOne(ArrayView<float> bias, ArrayView<float> c, int row, int column, float sum, int turn, int staging, TileShape shape, TurnShape turns)
    {
        if (row >= shape.M || column >= shape.N)
            return;
        long at = ((long)row * shape.N) + column;
        float value = FormatRounding.Round(sum, staging);
        if (turn > 0)
            value = Fp.Add(c[at], value);
        else if (turns.StartsAtZero == 1)
            value = Fp.Add(0.0f, value);
        value = FormatRounding.Round(value, turns.Accumulator);
        if (turn == turns.Turns - 1)
        {
            if (shape.HasBias == 1)
                value = FormatRounding.Round(Fp.Add(value, bias[column]), shape.BiasFormat);
            value = FormatRounding.Round(value, shape.Output);
        }

        c[at] = value;
    }
}
