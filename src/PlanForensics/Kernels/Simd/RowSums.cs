namespace PlanForensics.Kernels.Simd;

/// <summary>Sums of rows, or of their squares, by one program: lanes are rows.</summary>
internal static unsafe class RowSums<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Terms whose lanes stay in the first-level cache while they are filled.</summary>
    private const int BlockLength = 128;

    /// <summary>Runs a program on each row, multiplied with itself, without its epilogue.</summary>
    /// <param name="program">The program.</param>
    /// <param name="x">Rows, (sums.Length, K).</param>
    /// <param name="sums">Receives a sum a row; a binary32 sum is widened.</param>
    public static void Run(CompiledProgram program, ReadOnlySpan<float> x, Span<double> sums)
    {
        int depth = program.Program.Depth;
        using var memory = new ScratchMemory(program.ScratchBytes(TSimd.Width) + (sizeof(float) * ((long)depth + 1) * TSimd.Width));
        float* operand = memory.Start + (program.ScratchBytes(TSimd.Width) / sizeof(float));
        for (int first = 0; first < sums.Length; first += TSimd.Width)
        {
            int rows = Math.Min(TSimd.Width, sums.Length - first);
            ReadOnlySpan<float> source = x.Slice(first * depth, rows * depth);
            // One row is read as it lies: lanes beyond the first then hold sums of shifted rows, which nobody reads.
            nint stride = rows == 1 ? 1 : TSimd.Width;
            var destination = new Span<float>(operand, (int)((depth + 1) * stride));
            if (rows == 1)
            {
                source.CopyTo(destination);
                new Span<float>(operand + depth, TSimd.Width).Clear();
            }
            else
            {
                Transpose(source, rows, depth, destination);
            }

            Lanes(program, operand, stride, memory.Start, sums.Slice(first, rows));
        }
    }

    /// <summary>Runs a program on lanes that lie in memory already; a whole register is read at each term.</summary>
    public static void Lanes(CompiledProgram program, float* operand, nint stride, float* scratch, Span<double> sums)
    {
        var tile = new Tile { Kind = TileKind.Lanes, Rows = 1, A = operand, B = operand, BStride = stride };
        double* wide = TileExecutor<TF, TD, TSimd>.Run(program, tile, scratch);
        for (int row = 0; row < sums.Length; row++)
            sums[row] = program.IsWide ? wide[row] : scratch[row];
    }

    private static void Transpose(ReadOnlySpan<float> source, int rows, int depth, Span<float> destination)
    {
        if (rows < TSimd.Width)
            destination.Clear();
        for (int start = 0; start < depth; start += BlockLength)
        {
            int end = Math.Min(depth, start + BlockLength);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> values = source.Slice(row * depth, depth);
                for (int k = start; k < end; k++)
                    destination[(k * TSimd.Width) + row] = values[k];
            }
        }
    }
}
