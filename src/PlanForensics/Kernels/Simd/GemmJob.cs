using PlanForensics.Kernels.Threading;

namespace PlanForensics.Kernels.Simd;

/// <summary>The panels of one region of a matrix product.</summary>
internal sealed unsafe class GemmJob<TF, TD, TSimd> : IJob
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    private const int CacheLine = 64;
    private const int StreamPairs = 4;

    /// <summary>Bytes of one widened panel that stay in a core's second cache beside the rows.</summary>
    private const int MostWidenedBytes = 512 << 10;

    public required CompiledProgram Program { get; init; }

    public required PackedWeights Weights { get; init; }

    /// <summary>Row blocks one after the other, each interleaved.</summary>
    public required float* A { get; init; }

    /// <summary>The exponents of A as powers of two, laid out as A is; matrix units only.</summary>
    public required float* Powers { get; init; }

    /// <summary>Whether the weights are zeros and normal numbers of their format; matrix units only.</summary>
    public required bool HasNormalWeights { get; init; }

    public required float* Bias { get; init; }

    public required float* C { get; init; }

    public required int Rows { get; init; }

    public required int Blocks { get; init; }

    public required int Depth { get; init; }

    public required int Outputs { get; init; }

    public required int FirstColumn { get; init; }

    public required int LastColumn { get; init; }

    private int FirstPanel => FirstColumn / Weights.Width;

    private bool IsTwoPairs => Program.IsPlain && Rows <= TwoPairKernel<TF, TD, TSimd>.MostRows;

    /// <summary>Whether panels of two-byte weights are widened once for all blocks of rows, instead of again in each.</summary>
    private bool WidensPanels => Weights.IsBf16 && Blocks > 1 && Weights.PanelLength * sizeof(float) <= MostWidenedBytes;

    private int LastPanel => LastColumn / Weights.Width;

    /// <summary>Parts for a number of threads: some more than threads, so that a slow thread does not hold up the rest.</summary>
    public int Split(int threads) => threads == 1 ? 1 : Math.Min(LastPanel - FirstPanel + 1, 8 * threads);

    public void Run(int part, int parts)
    {
        long panels = LastPanel - FirstPanel + 1;
        int first = FirstPanel + (int)(panels * part / parts);
        int end = FirstPanel + (int)(panels * (part + 1) / parts);
        int slot = Math.Max(2 * TSimd.MostRows, 2 * StreamPairs) * TSimd.Width;
        long scratch = (Program.ScratchBytes(slot) + CacheLine - 1) / CacheLine * CacheLine;
        using var memory = new ScratchMemory(scratch + (WidensPanels ? Weights.PanelLength * sizeof(float) : 0));
        float* widened = WidensPanels ? (float*)((byte*)memory.Start + scratch) : null;
        int panel = first;
        for (; Rows == 1 && !Program.HasDot && panel + StreamPairs <= end; panel += StreamPairs)
            Compute(panel, StreamPairs, 0, memory.Start);
        for (; IsTwoPairs && panel + 2 <= end; panel += 2)
            for (int block = 0; block < Blocks; block++)
                Compute(panel, 2, block, memory.Start);
        for (; panel < end; panel++)
        {
            if (widened != null)
                Widen((ushort*)Weights.Panel(panel), widened, Weights.PanelLength);
            for (int block = 0; block < Blocks; block++)
                Compute(panel, 1, block, memory.Start, widened);
        }

        if (!Program.IsWide)
            Finish(Math.Max(FirstColumn, first * Weights.Width), Math.Min(LastColumn + 1, end * Weights.Width));
    }

    private static void Widen(ushort* source, float* destination, nint count)
    {
        for (nint index = 0; index < count; index += TSimd.Width)
            TSimd.Store(TSimd.LoadBf16(source + index), destination + index);
    }

    private void Compute(int panel, int pairs, int block, float* scratch, float* widened = null)
    {
        (int firstRow, int rows) = Gemm<TF, TD, TSimd>.Block(Rows, Blocks, block);
        var tile = new Tile
        {
            Kind = pairs switch { 1 => TileKind.Rows, 2 => TileKind.TwoPairs, _ => TileKind.Stream }, Rows = rows, A = A + ((nint)firstRow * Depth), B = widened == null ? Weights.Panel(panel) : widened,
            Powers = Powers + ((nint)firstRow * Depth), HasNormalWeights = HasNormalWeights, IsBf16 = Weights.IsBf16 && widened == null, BStride = Weights.Width, PairStride = Weights.PanelLength,
        };
        if (Program.HasGaps && panel + (2 * pairs) <= LastPanel + 1)
        {
            nint share = Weights.PanelBytes * pairs / Blocks;
            tile.Next = (byte*)Weights.Panel(panel + pairs) + (block * share);
            tile.NextBytes = share;
        }

        double* wide = TileExecutor<TF, TD, TSimd>.Run(Program, tile, scratch);
        int width = pairs * Weights.Width;
        int left = panel * Weights.Width;
        int skip = Math.Max(FirstColumn - left, 0);
        int count = Math.Min(LastColumn + 1 - left, width) - skip;
        for (int row = 0; row < rows; row++)
        {
            var output = new Span<float>(C + ((nint)(firstRow + row) * Outputs) + left + skip, count);
            if (Program.IsWide)
                FinishedSums.Apply(Program.Program, new ReadOnlySpan<double>(wide + (row * width) + skip, count), BiasOf(left + skip, count), output);
            else
                new ReadOnlySpan<float>(scratch + (row * width) + skip, count).CopyTo(output);
        }
    }

    private void Finish(int firstColumn, int endColumn)
    {
        int count = endColumn - firstColumn;
        for (int row = 0; row < Rows; row++)
            FinishedSums.Apply(Program.Program, BiasOf(firstColumn, count), new Span<float>(C + ((nint)row * Outputs) + firstColumn, count));
    }

    private ReadOnlySpan<float> BiasOf(int column, int count) => Bias == null ? default : new ReadOnlySpan<float>(Bias + column, count);
}
