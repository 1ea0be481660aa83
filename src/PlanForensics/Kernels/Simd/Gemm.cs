using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.Threading;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Matrix products: one region of one program at a time.</summary>
internal static unsafe class Gemm<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Multiply-adds below which a thread costs more than it saves: some microseconds' worth.</summary>
    private const long WorkPerThread = 1 << 17;

    /// <summary>Rows of a tile when each step takes many registers.</summary>
    private const int FewRows = 4;

    public static void Run(GemmProgram program, ReadOnlySpan<float> a, WeightMatrix weights, ReadOnlySpan<float> bias, Span<float> c, int threads)
    {
        int rows = KernelSupport.CheckGemm(program, a, weights, bias, c);
        foreach (ProgramRegion region in program.Regions.AsSpan())
        {
            int count = Math.Min(rows, region.RowStart + region.RowCount) - region.RowStart;
            if (count <= 0 || region.ColumnCount == 0)
                continue;
            CompiledProgram compiled = CompiledProgram.Of(region.Program);
            ReadOnlySpan<float> rowsOfA = a.Slice(region.RowStart * weights.Depth, count * weights.Depth);
            fixed (float* output = c, biases = bias)
            {
                if (compiled.IsSupported)
                    Region(compiled, region, rowsOfA, count, weights, biases, output + ((nint)region.RowStart * weights.Outputs), threads);
                else
                    Interpret(region, rowsOfA, count, weights, biases, output + ((nint)region.RowStart * weights.Outputs), threads);
            }
        }
    }

    private static void Region(
        CompiledProgram compiled, ProgramRegion region, ReadOnlySpan<float> a, int rows, WeightMatrix weights, float* bias, float* c, int threads)
    {
        int depth = weights.Depth;
        int blocks = (rows + MostRows(compiled) - 1) / MostRows(compiled);
        using var memory = new ScratchMemory(sizeof(float) * (((long)rows * depth * (compiled.HasDot ? 2 : 1)) + depth));
        float* powers = memory.Start + ((nint)rows * depth) + depth;
        for (int block = 0; block < blocks; block++)
        {
            (int first, int count) = Block(rows, blocks, block);
            Operands.Interleave(
                a.Slice(first * depth, count * depth), count, depth, compiled.Program.OperandA,
                new Span<float>(memory.Start + ((nint)rows * depth), depth), new Span<float>(memory.Start + ((nint)first * depth), count * depth));
        }

        if (compiled.HasDot)
            DotFill<TF, TD, TSimd>.Powers(memory.Start, (nint)rows * depth, compiled.Program.OperandA, powers);
        var job = new GemmJob<TF, TD, TSimd>
        {
            Program = compiled, Weights = PackedWeights.Of(weights, 2 * TSimd.Width, compiled.Program.OperandB, mayBeBf16: !compiled.HasDot), A = memory.Start, Powers = powers, Bias = bias, C = c,
            Rows = rows, Blocks = blocks, Depth = depth, Outputs = weights.Outputs, FirstColumn = region.ColumnStart, LastColumn = region.ColumnStart + region.ColumnCount - 1,
            HasNormalWeights = !compiled.HasDot || DotPowers.AreNormal(weights, compiled.Program.OperandB),
        };
        Parallelism.For(job, job.Split(Parallelism.Threads((long)rows * depth * region.ColumnCount, WorkPerThread, threads)), threads);
    }

    internal static (int First, int Count) Block(int rows, int blocks, int block)
    {
        int first = (int)((long)rows * block / blocks);
        return (first, (int)((long)rows * (block + 1) / blocks) - first);
    }

    private static int MostRows(CompiledProgram compiled) => compiled.HasRounding ? FewRows : TSimd.MostRows;

    /// <summary>Steps that are not compiled run element by element.</summary>
    private static void Interpret(ProgramRegion region, ReadOnlySpan<float> a, int rows, WeightMatrix weights, float* bias, float* c, int threads)
    {
        fixed (float* operand = a)
        {
            var job = new InterpreterJob
            {
                Program = region.Program, Weights = weights, A = operand, Bias = bias, C = c, Rows = rows, FirstColumn = region.ColumnStart, ColumnCount = region.ColumnCount,
            };
            Parallelism.For(job, Parallelism.Threads((long)rows * weights.Depth * region.ColumnCount, WorkPerThread / 64, threads) > 1 ? region.ColumnCount : 1, threads);
        }
    }
}
