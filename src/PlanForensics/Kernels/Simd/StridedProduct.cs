namespace PlanForensics.Kernels.Simd;

/// <summary>Some rows times a (K, columns) matrix that is not packed: keys and values of attention.</summary>
internal static unsafe class StridedProduct<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    private const int StreamPairs = 4;

    /// <summary>Accumulators of the largest tile.</summary>
    public static int Slot => Math.Max(2 * TSimd.MostRows, 2 * StreamPairs) * TSimd.Width;

    /// <summary>Computes and finishes all columns.</summary>
    /// <param name="program">The program, with its epilogue.</param>
    /// <param name="a">Rows, interleaved (K, rows).</param>
    /// <param name="rows">Rows, at most the policy's.</param>
    /// <param name="b">The matrix; element (k, c) at <c>k * stride + c</c>.</param>
    /// <param name="stride">Distance between successive terms.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="c">Output, (rows, cStride).</param>
    /// <param name="cStride">Distance between output rows.</param>
    /// <param name="scratch">Slots of the program, then K x two registers.</param>
    public static void Run(
        CompiledProgram program, float* a, int rows, ReadOnlySpan<float> b, int stride, int columns, float* c, int cStride, float* scratch)
    {
        int depth = program.Program.Depth;
        int pairWidth = 2 * TSimd.Width;
        float* padded = scratch + (program.ScratchBytes(Slot) / sizeof(float));
        fixed (float* start = b)
        {
            var tile = new Tile { Kind = TileKind.Stream, Rows = rows, A = a, PairStride = pairWidth, BStride = stride };
            int column = 0;
            for (; rows == 1 && column + (StreamPairs * pairWidth) <= columns; column += StreamPairs * pairWidth)
            {
                tile.B = start + column;
                Compute(program, tile, StreamPairs * pairWidth, StreamPairs * pairWidth, c + column, cStride, scratch);
            }

            tile.Kind = TileKind.TwoPairs;
            bool twoPairs = program.IsPlain && rows <= TwoPairKernel<TF, TD, TSimd>.MostRows;
            for (; twoPairs && column + (2 * pairWidth) <= columns; column += 2 * pairWidth)
            {
                tile.B = start + column;
                Compute(program, tile, 2 * pairWidth, 2 * pairWidth, c + column, cStride, scratch);
            }

            tile.Kind = TileKind.Rows;
            for (; column < columns; column += pairWidth)
            {
                int count = Math.Min(pairWidth, columns - column);
                tile.B = start + column;
                if (((long)(depth - 1) * stride) + column + pairWidth > b.Length)
                {
                    Pad(b[column..], stride, depth, count, padded);
                    tile.B = padded;
                    tile.BStride = pairWidth;
                }

                Compute(program, tile, pairWidth, count, c + column, cStride, scratch);
            }
        }

        if (!program.IsWide)
            for (int row = 0; row < rows; row++)
                FinishedSums.Apply(program.Program, default, new Span<float>(c + (row * (nint)cStride), columns));
    }

    private static void Compute(CompiledProgram program, in Tile tile, int width, int count, float* c, int cStride, float* scratch)
    {
        double* wide = TileExecutor<TF, TD, TSimd>.Run(program, tile, scratch);
        for (int row = 0; row < tile.Rows; row++)
        {
            var output = new Span<float>(c + (row * (nint)cStride), count);
            if (program.IsWide)
                FinishedSums.Apply(program.Program, new ReadOnlySpan<double>(wide + (row * width), count), default, output);
            else
                new ReadOnlySpan<float>(scratch + (row * width), count).CopyTo(output);
        }
    }

    /// <summary>The last columns, where a whole register would read beyond the matrix.</summary>
    private static void Pad(ReadOnlySpan<float> b, int stride, int depth, int count, float* padded)
    {
        for (int k = 0; k < depth; k++)
        {
            var row = new Span<float>(padded + (k * 2 * TSimd.Width), 2 * TSimd.Width);
            b.Slice(k * stride, count).CopyTo(row);
            row[count..].Clear();
        }
    }
}
