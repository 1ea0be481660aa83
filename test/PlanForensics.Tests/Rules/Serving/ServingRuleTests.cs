using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Rules.Serving;
using Xunit;

namespace PlanForensics.Tests.Rules.Serving;

/// <summary>Each predicate on both sides of its boundary.</summary>
public sealed class ServingRuleTests
{
    [Theory]
    [InlineData(524_272, 4, "1stage")] // 16 bytes below 512 KiB
    [InlineData(524_288, 4, "2stage")]
    [InlineData(524_288, 2, "1stage")] // two ranks: one order anyway
    [InlineData(262_128, 6, "1stage")]
    [InlineData(262_144, 6, "2stage")]
    [InlineData(262_128, 8, "1stage")]
    [InlineData(262_144, 8, "2stage")]
    [InlineData(8_388_608, 4, "2stage")]
    [InlineData(8_388_624, 4, "nccl")]
    [InlineData(524_280, 4, "nccl")] // no multiple of 16 bytes
    [InlineData(1_024, 3, "nccl")]
    [InlineData(1_024, 16, "nccl")]
    public void A_message_size_picks_the_all_reduce(long bytes, int ranks, string kernel) =>
        CustomAllReduce.Choose(bytes, ranks, NumericFormat.Bf16).Kernel.Should().Be(kernel);

    [Fact]
    public void Without_links_between_all_pairs_only_two_ranks_use_the_custom_all_reduce()
    {
        CustomAllReduce.Choose(1024, 2, NumericFormat.Bf16, fullyLinked: false).Kernel.Should().Be("1stage");
        CustomAllReduce.Choose(1024, 4, NumericFormat.Bf16, fullyLinked: false).Kernel.Should().Be("nccl");
    }

    [Theory]
    [InlineData(255, 4096, false, "1024_threads")]
    [InlineData(256, 4096, false, "256_threads")]
    [InlineData(255, 4096, true, "1024_threads")]
    [InlineData(256, 4096, true, "512_threads")]
    [InlineData(1, 128, false, "128_threads")]
    [InlineData(4096, 128, false, "128_threads")] // a narrow row never changes
    public void The_tokens_of_a_launch_pick_the_threads_of_a_norm(int tokens, int hidden, bool quantizes, string kernel) =>
        RmsNormBlockSize.Choose(tokens, hidden, NumericFormat.Bf16, quantizes).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(64, 1, "small_tile")]
    [InlineData(65, 1, "large_tile")]
    [InlineData(32, 2, "small_tile")]
    [InlineData(33, 2, "large_tile")]
    [InlineData(16, 4, "small_tile")]
    [InlineData(17, 4, "large_tile")]
    [InlineData(9, 7, "small_tile")]
    [InlineData(10, 7, "large_tile")]
    public void The_packed_query_length_picks_the_tile(int queryLength, int group, string kernel) =>
        FlashAttention3Tile.Choose(queryLength, group).Kernel.Should().Be(kernel);

    // 108 multiprocessors, W heads of one decode step, S = 216; 0.8 S = 172.8. Efficiencies worked by a separate script.
    [Theory]
    [InlineData(172, 4096, 64, 6)] // 16 blocks; eff(1..4) = 0.796, eff(6) = 0.956, eff(16) = 0.980: 0.796 is below 85 % of the best
    [InlineData(173, 4096, 64, 1)] // full enough
    [InlineData(32, 8192, 128, 6)] // 64 blocks; eff(5) = 0.741, eff(6) = 0.889, eff(7) = 0.519, the best eff(13) = 0.963
    [InlineData(1, 128, 128, 1)] // one block of keys
    [InlineData(1, 129, 128, 2)] // two blocks
    [InlineData(1, 256, 64, 1)] // head dimension 64 has blocks of 256 keys
    [InlineData(1, 257, 64, 2)]
    [InlineData(1, 64, 256, 1)] // head dimension 256 has blocks of 64
    [InlineData(1, 65, 256, 2)]
    public void The_waves_pick_the_splits_of_flash_attention_2(int heads, int keys, int dimension, int splits) =>
        FlashAttention2Splits.Count(1, heads, 1, keys, dimension, 108).Should().Be(splits);

    [Fact]
    public void A_split_count_that_does_not_change_the_cut_is_passed_over() =>
        // 64 blocks, W = 1, 216 slots: ceil(64 / 12) = 6 = ceil(64 / 11), so 12 is not eligible; every eligible count is below one wave, and the best of them is 64.
        FlashAttention2Splits.Count(1, 1, 1, 64 * 128, 128, 108).Should().Be(64);

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 5)]
    public void Flash_attention_3_does_not_split_four_blocks(int blocks, int splits) =>
        FlashAttention3Splits.Count(1, blocks, 132).Should().Be(splits);

    [Theory]
    [InlineData(1, 4, false, true)] // fill 1/128 = 0.008 against 0.9 x 4/128 = 0.028
    [InlineData(100, 8, false, true)] // 100/128 = 0.781 against 0.9 x 800/896 = 0.804
    [InlineData(116, 8, false, false)] // 116/128 = 0.906 against 0.9 x 928/1024 = 0.816
    [InlineData(128, 4, false, false)] // full either way
    [InlineData(128, 4, true, true)] // different lengths always pack
    public void Packing_follows_the_fill_of_the_tiles(int queryLength, int group, bool variable, bool packs) =>
        FlashAttention3Splits.PacksGroups(queryLength, group, 128, variable).Should().Be(packs);

    [Theory]
    [InlineData(512, 1, 8, "v1")]
    [InlineData(513, 1, 8, "v2")]
    [InlineData(8192, 65, 8, "v1")] // 520 heads
    [InlineData(8192, 64, 8, "v2")] // 512 heads are not more than 512
    [InlineData(8193, 65, 8, "v2")]
    public void Context_and_heads_pick_the_paged_attention(int context, int sequences, int heads, string kernel) =>
        PagedAttentionVersion.Choose(context, sequences, heads, NumericFormat.Bf16).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(1, 16, 8, "3d")] // 128 / 8
    [InlineData(1, 17, 8, "2d")]
    [InlineData(2, 16, 8, "2d")]
    public void Decode_below_the_threshold_takes_segments(int query, int sequences, int keyHeads, string kernel) =>
        TritonUnifiedAttention.Choose(query, sequences, keyHeads).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(8, "8_warps")]
    [InlineData(9, "4_warps")]
    [InlineData(16, "4_warps")]
    [InlineData(17, null)]
    public void Rows_pick_the_warps_of_a_triton_product(int rows, string? kernel) => TritonMatMulWarps.Find(rows)?.Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(2047, 2048, true, 9, true, "atomic_add")]
    [InlineData(2048, 2048, true, 9, true, "global_reduce")]
    [InlineData(2047, 2047, true, 9, true, "global_reduce")]
    [InlineData(2047, 2048, false, 9, true, "global_reduce")]
    [InlineData(2047, 2048, true, 8, true, "global_reduce")]
    [InlineData(2047, 2048, true, 8, false, "atomic_add")]
    public void Shape_and_switch_pick_the_merge_of_marlin(int n, int k, bool allowed, int capability, bool bf16, string kernel) =>
        MarlinReduction.Choose(n, k, allowed, capability, bf16).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(4, LlamaCppArchitecture.Generic, "mmvq_4_warps")]
    [InlineData(5, LlamaCppArchitecture.Generic, "mmvq_2_warps")]
    [InlineData(8, LlamaCppArchitecture.Generic, "mmvq_2_warps")]
    [InlineData(9, LlamaCppArchitecture.Generic, "mmq")]
    [InlineData(4, LlamaCppArchitecture.Gcn, "mmvq_2_warps")]
    [InlineData(5, LlamaCppArchitecture.Gcn, "mmvq_1_warps")]
    [InlineData(8, LlamaCppArchitecture.Rdna2, "mmvq_1_warps")]
    [InlineData(9, LlamaCppArchitecture.Rdna2, "mmq")]
    public void Columns_pick_the_kernel_of_llama_cpp(int columns, LlamaCppArchitecture architecture, string kernel) =>
        LlamaCppMatVec.Choose(columns, architecture).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(11, "qmv")]
    [InlineData(12, "qmm_splitk")]
    [InlineData(59, "qmm_splitk")]
    [InlineData(65, "qmm_splitk|qmm")] // reported as "about 65"
    [InlineData(71, "qmm")]
    public void Rows_pick_the_kernel_of_mlx(int rows, string kernel) => MlxQuantizedMatMul.Choose(rows, 12, transposed: true).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(32, "split_kv")]
    [InlineData(33, "non_partition")]
    public void The_padded_batch_picks_the_decode_of_pegainfer(int paddedBatch, string kernel) => PegainferDecode.Choose(paddedBatch).Kernel.Should().Be(kernel);

    [Theory]
    [InlineData(1023, "non_partition")]
    [InlineData(1024, "split_kv")]
    public void The_context_picked_the_older_decode_of_pegainfer(int context, string kernel) => PegainferDecode.ChooseOlder(context).Kernel.Should().Be(kernel);

    [Fact]
    public void The_page_s_example_says_what_the_rule_says()
    {
        KernelChoice choice = CustomAllReduce.Choose(bytes: 1024 * 1024, ranks: 4, NumericFormat.Fp32);
        string page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "serving-rules.md"));
        page.Should().Contain("CustomAllReduce.Choose(bytes: 1024 * 1024, ranks: 4, NumericFormat.Fp32)")
            .And.Contain($"{choice.Kernel}, since {choice.Reason}: {choice.Plan}");
    }

    [Fact]
    public void A_plan_that_is_given_lowers()
    {
        CustomAllReduce.Choose(1 << 20, 4, NumericFormat.Fp32).Plan!.Lower(new OperatorShape(64, 4096, 4)).Should().NotBeNull();
        RmsNormBlockSize.Choose(256, 4096, NumericFormat.Bf16).Plan!.Lower(new OperatorShape(1, 1, 4096)).Should().NotBeNull();
        PagedAttentionVersion.Choose(4096, 1, 8, NumericFormat.Bf16).Plan!.Lower(new OperatorShape(1, 4096, 128)).Should().NotBeNull();
    }
}
