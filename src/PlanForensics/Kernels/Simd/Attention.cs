using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.Threading;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Attention of one query position: heads that share keys are the rows of one product.</summary>
internal static unsafe class Attention<TF, TD, TSimd>
    where TF : struct
    where TD : struct
    where TSimd : struct, ISimd<TF, TD>
{
    /// <summary>Multiply-adds below which a thread costs more than it saves.</summary>
    private const long WorkPerThread = 1 << 17;

    public static void Run(AttentionProgram program, ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, int threads)
    {
        KernelSupport.CheckAttention(program, query, cache, output);
        int heads = query.Length / cache.HeadDimension;
        if (!IsCompiled(program))
        {
            for (int head = 0; head < heads; head++)
                ReferenceAttention.Run(program, Head(query, cache, head), cache, head / (heads / cache.Heads), output.Slice(head * cache.HeadDimension, cache.HeadDimension));
            return;
        }

        fixed (float* q = query, o = output)
        {
            var job = new AttentionJob<TF, TD, TSimd>(program, cache) { Query = q, Output = o, Heads = heads };
            long work = 2L * heads * cache.HeadDimension * program.KeyCount;
            Parallelism.For(job, Parallelism.Threads(work, WorkPerThread, threads) > 1 ? cache.Heads : 1, threads);
        }
    }

    private static bool IsCompiled(AttentionProgram program)
    {
        if (program.Carry == AttentionCarry.Accumulators || program.PartMerge == AttentionMerge.LogSumExp)
            return false;
        foreach (AttentionBlock block in program.Parts[0])
            if (!IsCompiled(block.Values))
                return false;
        return IsCompiled(program.Scores);
    }

    private static bool IsCompiled(ReductionProgram program) =>
        CompiledProgram.Of(program).IsSupported && program.OperandA == NumericFormat.Fp32 && program.OperandB == NumericFormat.Fp32;

    private static ReadOnlySpan<float> Head(ReadOnlySpan<float> query, KeyValueCache cache, int head) => query.Slice(head * cache.HeadDimension, cache.HeadDimension);
}
