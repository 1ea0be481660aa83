using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Serving;
using static PlanForensics.Rules.Feasibility.ServingRule;

namespace PlanForensics.Rules.Feasibility;

/// <summary>The predicates of <see cref="Serving"/> that a state can be put to.</summary>
internal static class ServingRules
{
    // Larger than every length that a predicate compares with.
    private const int Endless = 1 << 24;

    private static readonly bool[] Both = [true, false];

    private static readonly string[] Vllm = ["vllm"];

    private static readonly string[] OnTorch = ["torch", "vllm", "sglang"];

    public static ServingRule[] All { get; } =
    [
        new("rms_norm_block_size", "norm", Vllm, [("1024_threads", query => Norm(query, 1024)), ("512_threads", query => Norm(query, 512)), ("256_threads", query => Norm(query, 256))], RmsNorm),
        new("custom_all_reduce", "all_reduce", Vllm, [("1stage", query => Reduce(query, AllReduceAlgorithm.OneShot)), ("2stage", query => Reduce(query, AllReduceAlgorithm.TwoShot)), ("nccl", null)], AllReduce),
        new("flash_attention_2_splits", "attention", OnTorch, [], FlashAttention2),
        new("flash_attention_3_tile", "attention", Vllm, [("small_tile", null), ("large_tile", null)], FlashAttention3),
        new("paged_attention_version", "attention", Vllm, [("v1", query => PlanCatalog.PagedAttention(0, Format(query))), ("v2", query => PlanCatalog.PagedAttention(PagedAttentionVersion.PartitionTokens, Format(query)))], PagedAttention),
        new("triton_unified_attention", "attention", Vllm, [("3d", null), ("2d", null)], TritonAttention),
        new("triton_matmul_warps", "gemm", Vllm, [("8_warps", null), ("4_warps", null)], TritonProduct),
        new("marlin_reduction", "gemm", Vllm, [("atomic_add", null), ("global_reduce", null)], Marlin),
        new("llama_cpp_mat_vec", "gemm", ["llama.cpp"], [("mmvq_4_warps", null), ("mmvq_2_warps", null), ("mmvq_1_warps", null), ("mmq", null)], LlamaCpp),
        new("mlx_quantized_matmul", "gemm", ["mlx"], [("qmv", null), ("qmm_splitk", null), ("qmm", null)], Mlx),
        new("pegainfer_decode", "attention", ["pegainfer"], [("split_kv", null), ("non_partition", null)], Pegainfer),
    ];

    private static NumericFormat Format(FeasibilityQuery query) => query.OutputOrOperand is NumericFormat.Fp32 or NumericFormat.Fp16 ? query.OutputOrOperand.Value : NumericFormat.Bf16;

    private static NormPlan Norm(FeasibilityQuery query, int threads) => PlanCatalog.BlockRmsNorm(Math.Min(threads, query.State.Shape.Hidden ?? threads), Format(query));

    private static AllReducePlan Reduce(FeasibilityQuery query, AllReduceAlgorithm algorithm) => PlanCatalog.AllReduce(algorithm, Math.Max(2, query.State.Shape.TensorParallel ?? 2), Format(query));

    private static Answer RmsNorm(FeasibilityQuery query)
    {
        if (query.Rows is not { } rows || query.State.Shape.Hidden is not { } hidden)
            return Answer.Nothing([.. Names((query.Rows, "batch_tokens"), (query.State.Shape.Hidden, "d"))]);
        NumericFormat output = Format(query);
        return Answer.Either(
            "whether the kernel also quantises",
            RmsNormBlockSize.Choose(rows, hidden, output),
            RmsNormBlockSize.Choose(rows, hidden, output, quantizesBlocks: true));
    }

    private static Answer AllReduce(FeasibilityQuery query)
    {
        StepShape shape = query.State.Shape;
        if (shape.TensorParallel is not { } ranks)
            return Answer.Nothing("tp");
        if (ranks < 2)
            return Answer.Of(new KernelChoice("none", "one rank: nothing is reduced"));
        NumericFormat? format = query.OutputOrOperand;
        long? bytes = query.State.Collective?.MessageBytes ?? (long?)query.Rows * shape.Hidden * (format is { } known ? NumericFormats.BytesPerElement(known) : null);
        if (bytes is not > 0)
            return Answer.Nothing("message_bytes");
        NumericFormat wire = Format(query);
        bool[] links = query.FullyLinked is { } linked ? [linked] : Both;
        return Answer.Either("fully_linked", [.. links.Select(all => CustomAllReduce.Choose(bytes.Value, ranks, wire, fullyLinked: all))]);
    }

    private static Answer FlashAttention2(FeasibilityQuery query)
    {
        StepShape shape = query.State.Shape;
        string[] missing = [.. Names(
            (query.State.BatchSize, "batch_size"), (shape.Heads, "h"), (shape.TensorParallel, "tp"), (shape.HeadDimension, "hd"), (query.State.SmCount, "sm_count"), (query.Query, "longest_query"), (query.Context, "longest_context"))];
        if (missing.Length > 0)
            return Answer.Nothing(missing);
        int parts = FlashAttention2Splits.Count(
            query.State.PaddedBatch ?? query.State.BatchSize!.Value, query.HeadsPerRank!.Value, query.Query!.Value, query.Context!.Value, shape.HeadDimension!.Value, query.State.SmCount!.Value);
        string reason = FormattableString.Invariant($"{parts} part{(parts == 1 ? "" : "s")} on {query.State.SmCount} multiprocessors");
        return Answer.Of(new KernelChoice($"{parts} parts", reason, PlanCatalog.FlashAttention(ReductionStep.Dot(8, 24), FlashAttention2Splits.BlockKeys(shape.HeadDimension.Value), parts)));
    }

    private static Answer FlashAttention3(FeasibilityQuery query)
    {
        if (query.State.Shape.Heads is not { } heads || query.State.Shape.KeyValueHeads is not { } keyHeads)
            return Answer.Nothing([.. Names((query.State.Shape.Heads, "h"), (query.State.Shape.KeyValueHeads, "kvh"))]);
        int group = Math.Max(1, heads / keyHeads);
        return query.Query is { } longest
            ? Answer.Of(FlashAttention3Tile.Choose(longest, group))
            : Answer.Either("longest_query", FlashAttention3Tile.Choose(query.State.Shape.QueryLength, group), FlashAttention3Tile.Choose(Endless, group));
    }

    private static Answer PagedAttention(FeasibilityQuery query)
    {
        if (query.HeadsPerRank is not { } own || query.State.BatchSize is not { } batch)
            return Answer.Nothing([.. Names((query.State.Shape.Heads, "h"), (query.State.Shape.TensorParallel, "tp"), (query.State.BatchSize, "batch_size"))]);
        NumericFormat output = Format(query);
        // One pass turns into two as contexts grow, never back: the ends decide.
        return query.Context is { } longest
            ? Answer.Of(PagedAttentionVersion.Choose(longest, batch, own, output))
            : Answer.Either("longest_context", PagedAttentionVersion.Choose(query.State.Shape.KeyLength, batch, own, output), PagedAttentionVersion.Choose(Endless, batch, own, output));
    }

    private static Answer TritonAttention(FeasibilityQuery query)
    {
        if (query.KeyHeadsPerRank is not { } own || query.State.BatchSize is not { } batch)
            return Answer.Nothing([.. Names((query.State.Shape.KeyValueHeads, "kvh"), (query.State.Shape.TensorParallel, "tp"), (query.State.BatchSize, "batch_size"))]);
        return query.Query is { } longest
            ? Answer.Of(TritonUnifiedAttention.Choose(longest, batch, own))
            : Answer.Either("longest_query", TritonUnifiedAttention.Choose(query.State.Shape.QueryLength, batch, own), TritonUnifiedAttention.Choose(Endless, batch, own));
    }

    private static Answer TritonProduct(FeasibilityQuery query) => query.Columns is not { } n || query.Depth is not { } k ? Answer.Nothing([.. Names((query.Columns, query.ColumnsName), (query.Depth, "k"))])
        : (n, k) != (12288, 2048) ? Answer.Nothing("warps for another shape than 12288 x 2048")
        : query.Rows is not { } rows ? Answer.Nothing("batch_tokens")
        : TritonMatMulWarps.Find(rows) is { } choice ? Answer.Of(choice)
        : Answer.Nothing("a table of warps beyond 16 rows");

    private static Answer Marlin(FeasibilityQuery query)
    {
        if (query.Columns is not { } n || query.Depth is not { } k)
            return Answer.Nothing([.. Names((query.Columns, query.ColumnsName), (query.Depth, "k"))]);
        bool?[] allowed = query.State.Environment is { } variables ? [variables.TryGetValue("VLLM_MARLIN_USE_ATOMIC_ADD", out string? value) && value == "1"] : [true, false];
        int? capability = StepPlatform.Of(query.State).ComputeCapability;
        int[] majors = capability is { } known ? [known / 10] : [8, 9];
        bool[] wide = query.Operand is { } operand ? [operand == NumericFormat.Bf16] : [true, false];
        KernelChoice[] choices = [.. from atomics in allowed from major in majors from isBf16 in wide select MarlinReduction.Choose(n, k, atomics!.Value, major, isBf16)];
        return Answer.Either(allowed.Length > 1 ? "environment" : capability is null ? "device" : "operand", choices);
    }

    private static Answer LlamaCpp(FeasibilityQuery query)
    {
        if (query.Rows is not { } columns)
            return Answer.Nothing("batch_tokens");
        LlamaCppArchitecture[] architectures = StepPlatform.Of(query.State).Device == DeviceKind.NvidiaGpu ? [LlamaCppArchitecture.Generic] : Enum.GetValues<LlamaCppArchitecture>();
        return Answer.Either("device", [.. architectures.Select(architecture => LlamaCppMatVec.Choose(columns, architecture))]);
    }

    private static Answer Mlx(FeasibilityQuery query) => query.Rows is not { } rows ? Answer.Nothing("batch_tokens")
        : Answer.Either("the engine's vector limit (10 to 32)", [.. from limit in Enumerable.Range(10, 23) from transposed in Both from name in MlxQuantizedMatMul.Choose(rows, limit, transposed).Kernel.Split('|')
            select new KernelChoice(name, FormattableString.Invariant($"{rows} rows"))]);

    private static Answer Pegainfer(FeasibilityQuery query)
    {
        if (query.State.Phase == ExecutionPhase.Prefill)
            return Answer.Nothing("a decode step");
        KernelChoice[] newer = query.State.PaddedBatch is { } padded ? [PegainferDecode.Choose(padded)] : [PegainferDecode.Choose(1), PegainferDecode.Choose(Endless)];
        KernelChoice[] older = query.Context is { } longest ? [PegainferDecode.ChooseOlder(longest)] : [PegainferDecode.ChooseOlder(query.State.Shape.KeyLength), PegainferDecode.ChooseOlder(Endless)];
        return Answer.Either("the build (older ones decide by the context)", [.. newer, .. older]);
    }

    private static IEnumerable<string> Names(params IEnumerable<(int? Value, string Name)> fields) => fields.Where(field => field.Value is null).Select(field => field.Name);
}
