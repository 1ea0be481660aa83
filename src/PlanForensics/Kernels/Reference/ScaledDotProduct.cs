using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>Attention as <see cref="ScaledDotProductProgram"/> states it.</summary>
internal static class ScaledDotProduct
{
    private const int AlignedFloats = 4;

    public static void Run(ScaledDotProductProgram program, float scale, bool causal, ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, ReadOnlySpan<float> mask, Span<float> output)
    {
        int heads = Heads(program, queries, keys, values, output);
        int plane = program.Queries * program.Keys;
        if (!mask.IsEmpty && mask.Length != plane && mask.Length != heads * plane)
            throw new ArgumentException($"a mask has {plane} values, once or for each of {heads} heads; got {mask.Length}", nameof(mask));
        int slices = (program.Queries + program.QueryBlock - 1) / program.QueryBlock;
        int workers = Math.Min(program.Threads, heads * slices);
        int share = workers == 0 ? 1 : ((heads * slices) + workers - 1) / workers;
        int ownKeys = program.Keys * program.Depth;
        for (int task = 0; task < heads * slices; task++)
        {
            int head = task / slices;
            int first = task % slices * program.QueryBlock;
            int offset = ((head * program.Queries) + first) * program.Depth;
            int length = Math.Min(program.QueryBlock, program.Queries - first) * program.Depth;
            var block = new ScaledDotProductBlock(program, scale, causal, first, Unaligned(program, task / share));
            ReadOnlySpan<float> rows = mask.IsEmpty ? [] : mask.Slice(((mask.Length == plane ? 0 : head) * plane) + (first * program.Keys), length / program.Depth * program.Keys);
            block.Run(queries.Slice(offset, length), keys.Slice(head * ownKeys, ownKeys), values.Slice(head * ownKeys, ownKeys), rows, output.Slice(offset, length));
        }
    }

    private static int Unaligned(ScaledDotProductProgram program, int thread)
    {
        long before = ((long)program.QueryBlock * program.KeyBlock) + (2L * program.QueryBlock);
        long position = (thread * (before + ((long)program.QueryBlock * program.Depth))) + before;
        return (int)((AlignedFloats - (position % AlignedFloats)) % AlignedFloats);
    }

    private static int Heads(ScaledDotProductProgram program, ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(program);
        int heads = queries.Length / (program.Queries * program.Depth);
        return queries.Length == heads * program.Queries * program.Depth && output.Length == queries.Length
            && keys.Length == heads * program.Keys * program.Depth && values.Length == keys.Length
            ? heads
            : throw new ArgumentException(
                $"expected heads of {program.Queries} queries and {program.Keys} keys of {program.Depth}; got {queries.Length}, {keys.Length} and {values.Length} values in, {output.Length} out", nameof(queries));
    }
}
