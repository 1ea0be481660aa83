using System.Globalization;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Rules.Feasibility;

/// <summary>Bytes beside inputs and outputs that a plan's partial results take.</summary>
/// <param name="Bytes">The bytes; a kernel may take more (counters, padding), not less.</param>
/// <param name="Formula">How they come about, with the numbers.</param>
/// <param name="Pool">Whose memory it is.</param>
public sealed record WorkspaceNeed(long Bytes, string Formula, WorkspacePool Pool)
{
    /// <summary>The workspace of a matrix product.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="m">Rows of the output.</param>
    /// <param name="n">Columns of the output.</param>
    /// <param name="k">Terms of each output.</param>
    /// <returns>
    /// slices x M x N x bytes of the staging format, slices being those that have terms (atomics add into one buffer). 0 without split-K, and where the slices can be added up in the output itself: a running total kept in the output's format
    /// (serial split-K, and every split whose staging and output are both fp32), or additions by atomics into an fp32 output.
    /// </returns>
    /// <remarks>Source: cuBLASLt's reduction schemes (INPLACE adds in the output; COMPUTE_TYPE and OUTPUT_TYPE store every slice in the workspace); CUTLASS 2 GemmSplitKParallel.</remarks>
    public static WorkspaceNeed OfGemm(GemmPlan plan, long m, long n, long k)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (plan.SplitK == 1)
            return new WorkspaceNeed(0, "no partial results", WorkspacePool.None);
        if (plan.MergeAccumulator != NumericFormat.Fp32 || (plan.Staging == NumericFormat.Fp32 && plan.Output == NumericFormat.Fp32))
            return new WorkspaceNeed(0, $"slices are added up in the {NumericFormats.NameOf(plan.Output)} output", WorkspacePool.None);
        long slices = plan.Merge == MergeOrder.Atomic ? 1 : SlicesOf(plan, plan.AllReduce is { } ranks ? Ceiling(k, ranks.Ranks) : k);
        int size = NumericFormats.BytesPerElement(plan.Staging);
        return new WorkspaceNeed(
            checked(slices * m * n * size), string.Create(CultureInfo.InvariantCulture, $"{slices} slice{(slices == 1 ? "" : "s")} x {m} x {n} x {size} bytes"), WorkspacePool.Library);
    }

    /// <summary>The workspace of an attention whose keys are cut into parts.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="rows">Query rows of the batch.</param>
    /// <param name="heads">Query heads of a rank.</param>
    /// <param name="keys">Keys of the longest context.</param>
    /// <param name="headDimension">Elements of a head.</param>
    /// <returns>parts x rows x heads x (head dimension x bytes of a partial + 4 for each statistic): fp32 partials and a log-sum-exp (split-KV); partials of the output's format, a maximum and a sum (partitions). 0 for one part.</returns>
    /// <remarks>Source: flash-attention csrc/flash_attn/flash_api.cpp (softmax_lse_accum, out_accum); vLLM vllm/attention/ops/paged_attn.py (tmp_output, exp_sums, max_logits).</remarks>
    public static WorkspaceNeed OfAttention(AttentionPlan plan, long rows, long heads, long keys, long headDimension)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDimension, 1);
        bool partitioned = plan.Partition > 0;
        long parts = partitioned ? (keys + plan.Partition - 1) / plan.Partition : plan.Splits;
        if (parts == 1 || plan.Algorithm != AttentionAlgorithm.SplitKv)
            return new WorkspaceNeed(0, "one part", WorkspacePool.None);
        long element = partitioned ? NumericFormats.BytesPerElement(plan.Output) : 4;
        long statistics = partitioned ? 8 : 4;
        return new WorkspaceNeed(
            checked(parts * rows * heads * ((headDimension * element) + statistics)),
            string.Create(CultureInfo.InvariantCulture, $"{parts} parts x {rows} rows x {heads} heads x ({headDimension} x {element} + {statistics} bytes)"), WorkspacePool.Device);
    }

    /// <summary>Slices that have terms: ceil(K / chunk), chunk = ceil(ceil(K / grain) / split_k) x grain.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="k">Terms of each output.</param>
    /// <returns>1 to <see cref="GemmPlan.SplitK"/>.</returns>
    public static long SlicesOf(GemmPlan plan, long k)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        long chunk = Ceiling(Ceiling(k, plan.SplitGrain), plan.SplitK) * plan.SplitGrain;
        return Ceiling(k, chunk);
    }

    private static long Ceiling(long value, long divisor) => (value + divisor - 1) / divisor;
}
