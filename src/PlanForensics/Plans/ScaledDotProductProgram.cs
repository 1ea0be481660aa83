namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of ATen's CPU flash attention in fp32 over heads of <see cref="Queries"/> rows and <see cref="Keys"/> keys.</summary>
/// <remarks>
/// <para>Queries are cut into blocks of <see cref="QueryBlock"/>, keys into blocks of <see cref="KeyBlock"/>; the last of each is short. For a block of n queries the key blocks run in order, with causal attention
/// up to the block that holds the last query's own key. Everything is binary32.</para>
/// <para><b>Scores</b> <c>s = fl((q . k) * scale)</c>, with a mask <c>fma(q . k, scale, mask)</c>, or -inf for a key behind the query (causal). <c>t = max(running maximum, s)</c>; <c>p = exp(fl(s - t))</c>: in whole vectors of <see cref="Lanes"/> keys
/// <c>AtenMath.ExpFast</c>, for the last keys e^x correctly rounded. The block's sum: one accumulator a lane from +0, lanes folded at distances L/2, .., 1, then the last keys one by one. With
/// <c>f = GlibcMath.Exp(fl(old maximum - t))</c>: <c>sum = fma(f, sum, block's sum)</c>, and after the first block <c>output = fl(output * f)</c>. <b>Output</b> <c>+= p . v</c>, at the end <c>fl(output * fl(1 / sum))</c>. A row
/// that sees no key gives zeros.</para>
/// <para><b>q . k</b> over the D terms of a head, for n queries and m keys of the blocks, as oneMKL orders it. n = 1 or m = 1: the first 4 products are added one by one into lane 0, the rest enters 4 lanes. Else n or m
/// below 4, or m below 12: 4 lanes from +0. Lanes take <c>fl(a * b)</c>, then addition; <c>(l0 + l2) + (l1 + l3)</c>; terms beyond the last whole group one by one. The group is 4 terms for the
/// first <c>floor(c / 4) * 4</c> of the c = m keys (m = 1: c = n queries), and 8 terms for the others, which have two sets of lanes for the two halves of a group, added lane by lane first; with n = 1 or m = 1 the second of
/// the others has one set. Else: one fma chain; chains of 192 terms, or of half the terms (floor) for 193 to 383, with the term left over, added in order.</para>
/// <para><b>p . v</b> over the keys of the block: n of at least 4 and D of at least 12: fma chains as above, each added to the output. Else one chain of <c>fl(p * v)</c>, then addition, begun with the output of the blocks
/// before; but in the first columns, as many as lie before the workspace's next multiple of 16 bytes, terms 4..7 of every 8 are summed first and added together.
/// The workspace of thread t starts at t * size floats with size = b*B + 2*b + b*D (b and B the block sizes, not above the lengths), and a block's output lies b*B + 2*b floats into it;
/// blocks go to threads in equal contiguous shares, rounded up.</para>
/// <para>Bitwise: identical on every machine. Source: PyTorch, aten/src/ATen/native/cpu/FlashAttentionKernel.cpp; the orders of oneMKL 2024.0 by mask probing of libtorch 2.10.0 (docs/engines.md).</para>
/// </remarks>
public sealed class ScaledDotProductProgram : OperatorProgram
{
    internal ScaledDotProductProgram(ScaledDotProductPlan plan, int queries, int keys, int depth)
        : this(plan, queries, keys, depth, Math.Min(queries, BlockOf(plan, queries)), Math.Min(keys, plan.KeyBlock))
    {
    }

    private ScaledDotProductProgram(ScaledDotProductPlan plan, int queries, int keys, int depth, int queryBlock, int keyBlock)
        : base($"scaled_dot_product queries={queries} keys={keys} depth={depth} q_block={queryBlock} kv_block={keyBlock} lanes={LanesThatCount(plan.Lanes, keys, keyBlock)} threads={ThreadsThatCount(plan, queries, depth, queryBlock, keyBlock)}") =>
        (Queries, Keys, Depth, QueryBlock, KeyBlock, Lanes, Threads) = (queries, keys, depth, queryBlock, keyBlock, plan.Lanes, plan.Threads);

    /// <summary>Query rows of a head.</summary>
    public int Queries { get; }

    /// <summary>Keys of a head.</summary>
    public int Keys { get; }

    /// <summary>Head dimension.</summary>
    public int Depth { get; }

    /// <summary>Query rows in a block, at most <see cref="Queries"/>.</summary>
    public int QueryBlock { get; }

    /// <summary>Keys in a block, at most <see cref="Keys"/>.</summary>
    public int KeyBlock { get; }

    /// <summary>Lanes of a vector.</summary>
    public int Lanes { get; }

    /// <summary>Threads that share the blocks.</summary>
    public int Threads { get; }

    // Threads move a block's output in the workspace, which changes bits only where the rows of a block are few or narrow and the workspaces' sizes are not whole vectors.
    private static int ThreadsThatCount(ScaledDotProductPlan plan, int queries, int depth, int queryBlock, int keyBlock)
    {
        int last = queries % queryBlock;
        bool chains = queryBlock >= 4 && (last == 0 || last >= 4) && depth >= 12;
        return chains || ((long)queryBlock * (keyBlock + 2 + depth)) % 4 == 0 ? 1 : plan.Threads;
    }

    // Vectors of 8 and of 16 lanes are one program over a single block of 16 to 23 keys (the same exponentials, and the first fold of 16 lanes is the second vector of 8); vectors longer than the block take no part.
    private static int LanesThatCount(int lanes, int keys, int keyBlock) =>
        keys > keyBlock ? lanes : keys < lanes ? 0 : keys is >= 16 and < 24 ? 16 : lanes;

    private static int BlockOf(ScaledDotProductPlan plan, int queries) =>
        plan.QueryBlock > 0 ? plan.QueryBlock : queries >= 768 ? 256 : queries >= 192 ? 64 : 32;
}
