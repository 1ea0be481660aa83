using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <content>What serving stacks run on NVIDIA GPUs, as named families.</content>
public static partial class PlanCatalog
{
    /// <summary>Products on matrix units, bf16 in and fp32 or bf16 out of the workspace: <c>ARCHITECTURE_mma[_split_kN[_bf16_staging]]</c> for volta (fp16), ampere and hopper.</summary>
    /// <remarks>Split-K slices are whole numbers of instructions (16 terms), merged forward.</remarks>
    public static ImmutableDictionary<string, GemmPlan> MatrixUnitGemms { get; } = new (string Name, GemmPlan Plan)[]
    {
        ("volta", new() { Step = ReductionStep.Dot(4, 23), Operand = NumericFormat.Fp16 }),
        ("ampere", new() { Step = ReductionStep.Dot(8, 24), Operand = NumericFormat.Bf16 }),
        ("hopper", new() { Step = ReductionStep.Dot(16, 25), Operand = NumericFormat.Bf16 }),
    }.SelectMany(unit => new (string Name, GemmPlan Plan)[]
    {
        ($"{unit.Name}_mma", unit.Plan),
        ($"{unit.Name}_mma_split_k2", unit.Plan with { SplitK = 2, SplitGrain = 16 }),
        ($"{unit.Name}_mma_split_k4", unit.Plan with { SplitK = 4, SplitGrain = 16 }),
        ($"{unit.Name}_mma_split_k4_bf16_staging", unit.Plan with { SplitK = 4, SplitGrain = 16, Staging = NumericFormat.Bf16 }),
    }).ToImmutableDictionary(family => family.Name, family => family.Plan);

    /// <summary>Attention as serving kernels run it, by name, for bf16 activations: FlashAttention 2 (Ampere) and 3 (Hopper), their split-KV decodes, paged attention in one pass and in partitions.</summary>
    public static ImmutableDictionary<string, AttentionPlan> Attentions { get; } = new Dictionary<string, AttentionPlan>
    {
        ["flash_attention_2"] = FlashAttention(ReductionStep.Dot(8, 24), 128),
        ["flash_attention_2_split_kv2"] = FlashAttention(ReductionStep.Dot(8, 24), 128, 2),
        ["flash_attention_2_split_kv4"] = FlashAttention(ReductionStep.Dot(8, 24), 128, 4),
        ["flash_attention_3"] = FlashAttention(ReductionStep.Dot(16, 25), 128),
        ["flash_attention_3_block_176"] = FlashAttention(ReductionStep.Dot(16, 25), 176),
        ["flash_attention_3_split_kv4"] = FlashAttention(ReductionStep.Dot(16, 25), 128, 4),
        ["paged_attention_v1"] = PagedAttention(0, NumericFormat.Bf16),
        ["paged_attention_v2"] = PagedAttention(512, NumericFormat.Bf16),
    }.ToImmutableDictionary();

    /// <summary>RMSNorm as vLLM runs it for bf16 activations: one row over 1,024 threads (fewer than 256 tokens in the launch) or 256.</summary>
    public static ImmutableDictionary<string, NormPlan> Norms { get; } = new Dictionary<string, NormPlan>
    {
        ["vllm_rms_norm_1024"] = BlockRmsNorm(1024, NumericFormat.Bf16),
        ["vllm_rms_norm_512"] = BlockRmsNorm(512, NumericFormat.Bf16),
        ["vllm_rms_norm_256"] = BlockRmsNorm(256, NumericFormat.Bf16),
    }.ToImmutableDictionary();

    /// <summary>All-reduces of four ranks: vLLM's custom kernel in one and two stages, ring and tree with bf16 at every hop.</summary>
    public static ImmutableDictionary<string, AllReducePlan> AllReduces { get; } = new Dictionary<string, AllReducePlan>
    {
        ["custom_all_reduce_1stage"] = AllReduce(AllReduceAlgorithm.OneShot, 4, NumericFormat.Bf16),
        ["custom_all_reduce_2stage"] = AllReduce(AllReduceAlgorithm.TwoShot, 4, NumericFormat.Bf16),
        ["custom_all_reduce_1stage_fp32"] = AllReduce(AllReduceAlgorithm.OneShot, 4, NumericFormat.Fp32),
        ["custom_all_reduce_2stage_fp32"] = AllReduce(AllReduceAlgorithm.TwoShot, 4, NumericFormat.Fp32),
        ["ring_all_reduce"] = AllReduce(AllReduceAlgorithm.Ring, 4, NumericFormat.Bf16),
        ["tree_all_reduce"] = AllReduce(AllReduceAlgorithm.Tree, 4, NumericFormat.Bf16),
    }.ToImmutableDictionary();

    /// <summary>Every named plan of every family, sorted by name.</summary>
    public static ImmutableSortedDictionary<string, OperatorPlan> Operators => field ??= new IEnumerable<KeyValuePair<string, OperatorPlan>>[]
    {
        Named(Gemms), Named(MatrixUnitGemms), Named(Attentions), Named(Norms), Named(AllReduces),
    }.SelectMany(family => family).DistinctBy(entry => entry.Key).ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>FlashAttention 2 or 3: accumulators that run on from block to block, a sum spread over four threads two keys at a time, powers of two, probabilities in bf16.</summary>
    /// <param name="step">The matrix unit's step.</param>
    /// <param name="blockKeys">Keys of a block.</param>
    /// <param name="splits">Parts of a split-KV decode, joined by their log-sum-exp; 1 for none.</param>
    /// <returns>The plan, bf16 in and out.</returns>
    /// <remarks>Source: flash-attention csrc/flash_attn/src/softmax.h and flash_fwd_kernel.h. On the card exp2 is the hardware's approximation; this plan has the portable one.</remarks>
    public static AttentionPlan FlashAttention(ReductionStep step, int blockKeys, int splits = 1) => new()
    {
        Algorithm = splits > 1 ? AttentionAlgorithm.SplitKv : AttentionAlgorithm.Online,
        KvBlock = blockKeys,
        Splits = splits,
        Scores = new() { Step = step, Operand = NumericFormat.Bf16 },
        Values = new() { Step = step, Operand = NumericFormat.Bf16 },
        Sum = new LaneTree { Lanes = 4, Vector = 2 },
        BaseTwo = true,
        Probabilities = NumericFormat.Bf16,
        NormalizeProbabilities = false,
        Divide = Division.Reciprocal,
        Rescale = ReductionStep.Fma,
        Carry = AttentionCarry.Accumulators,
        PartMerge = splits > 1 ? AttentionMerge.LogSumExp : AttentionMerge.Totals,
        Output = NumericFormat.Bf16,
    };

    /// <summary>vLLM's first paged attention: a softmax over all keys, or over partitions that a second kernel merges by their maxima and sums.</summary>
    /// <param name="partitionTokens">Tokens of a partition; 0 for one pass.</param>
    /// <param name="output">Format of activations.</param>
    /// <returns>The plan: binary32 inside, 128 threads.</returns>
    /// <remarks>Source: vLLM csrc/attention/attention_kernels.cuh, for its structure; the order inside a thread group is written as one lane.</remarks>
    public static AttentionPlan PagedAttention(int partitionTokens, NumericFormat output) => new()
    {
        Algorithm = partitionTokens > 0 ? AttentionAlgorithm.SplitKv : AttentionAlgorithm.Naive,
        KvBlock = partitionTokens > 0 ? partitionTokens : 64,
        Partition = partitionTokens,
        Sum = new LaneTree { Lanes = 128, Warp = 32 },
        Divide = Division.Reciprocal,
        NormalizeProbabilities = partitionTokens == 0,
        Rescale = ReductionStep.Fma,
        Output = output,
    };

    /// <summary>RMSNorm with one block a row: thread t adds the squares of values t, t + threads, ..; warps merge by neighbours, their totals forward; the result is rounded before the weight.</summary>
    /// <param name="threads">Threads of the block.</param>
    /// <param name="output">Format of activations.</param>
    /// <returns>The plan.</returns>
    /// <remarks>Source: vLLM csrc/layernorm_kernels.cu; NVIDIA CCCL cub/warp/specializations/warp_reduce_shfl.cuh (offsets 1, 2, 4, ..) and block_reduce_warp_reductions.cuh (warps in order).</remarks>
    public static NormPlan BlockRmsNorm(int threads, NumericFormat output) => new()
    {
        Step = ReductionStep.Fma,
        Threads = new LaneTree { Lanes = threads, Warp = 32, Merge = MergeOrder.Neighbours },
        InverseRoot = InverseRoot.Rsqrt,
        Cast = NormCast.BeforeWeight,
        Output = output,
    };

    /// <summary>An all-reduce that moves 16 bytes at a time.</summary>
    /// <param name="algorithm">One-shot, two-shot, ring or tree.</param>
    /// <param name="ranks">Ranks.</param>
    /// <param name="wire">Format of the partial results.</param>
    /// <returns>The plan; only two-shot and ring cut the message, so only they carry the size of a pack.</returns>
    public static AllReducePlan AllReduce(AllReduceAlgorithm algorithm, int ranks, NumericFormat wire) => new()
    {
        Algorithm = algorithm, Ranks = ranks, Wire = wire,
        Pack = algorithm is AllReduceAlgorithm.TwoShot or AllReduceAlgorithm.Ring ? 16 / NumericFormats.BytesPerElement(wire) : 1,
    };

    private static IEnumerable<KeyValuePair<string, OperatorPlan>> Named<T>(IEnumerable<KeyValuePair<string, T>> plans)
        where T : OperatorPlan => plans.Select(entry => KeyValuePair.Create<string, OperatorPlan>(entry.Key, entry.Value));
}
