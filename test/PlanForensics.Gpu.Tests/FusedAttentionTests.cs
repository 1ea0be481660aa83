using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Execution;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Attention in one launch: its bits, when it runs, and what runs where it does not fit.</summary>
public sealed class FusedAttentionTests(AttentionDevices devices) : IClassFixture<AttentionDevices>
{
    private const string Fused = "FusedAttentionKernels.Attend";
    private const string Staged = "AttentionKernels.Scores";

    private static readonly DeviceLimits Card = new(32, 1024, 49152, 65536, int.MaxValue, 65535, 65535, 80L << 30, 132);

    [Theory]
    [InlineData("attention", 37, 2)] // special values
    [InlineData("attention normalize=output divide=reciprocal exp_base=2 sum_lanes=4 p=bf16", 21, 0)]
    [InlineData("attention algorithm=online kv_block=16 rescale=fma", 33, 0)]
    [InlineData("attention algorithm=split_kv splits=2 kv_block=16", 40, 0)]
    [InlineData("attention algorithm=split_kv splits=2 kv_block=8 carry=accumulators sum_lanes=4 sum_vector=2 part_merge=log_sum_exp exp_base=2 scale=query rescale=fma p=bf16", 29, 2)]
    public void A_group_of_32_threads_has_the_bits_of_the_reference(string text, int keys, int kind) // real barriers: the other tests run one thread a group
    {
        var kernels = new GpuOperatorKernels(devices.Warps) { Paths = KernelPaths.FusedAttention };
        long before = Count(devices.Warps, Fused);
        Attend(kernels, text, keys, kind).Should().Equal(Attend(ReferenceKernels.Instance, text, keys, kind));
        Count(devices.Warps, Fused).Should().Be(before + 1);
        Count(devices.Warps, Staged).Should().Be(0);
    }

    [Theory]
    [InlineData("flash_attention_3")]
    [InlineData("flash_attention_3_split_kv4")]
    [InlineData("paged_attention_v2")]
    public void A_named_plan_has_the_bits_of_the_reference_on_both_paths(string name)
    {
        string text = PlanCatalog.Attentions[name].Text;
        uint[] expected = Attend(ReferenceKernels.Instance, text, 260, 0);
        foreach ((KernelPaths paths, string kernel) in ((KernelPaths, string)[])[(KernelPaths.All, Fused), (KernelPaths.None, Staged)])
        {
            long before = Count(devices.Single, kernel);
            Attend(new GpuOperatorKernels(devices.Single) { Paths = paths }, text, 260, 0).Should().Equal(expected);
            Count(devices.Single, kernel).Should().Be(before + 1);
        }
    }

    [Fact]
    public void A_block_that_does_not_fit_shared_memory_is_left_to_the_staged_kernels()
    {
        DeviceLimits limits = devices.Single.Limits;
        devices.Single.Limits = limits with { SharedMemoryBytes = 1024 };
        var kernels = new GpuOperatorKernels(devices.Single);
        foreach ((string text, string kernel) in ((string, string)[])[("attention", Staged), ("attention algorithm=online kv_block=64", Fused)]) // 200 keys at once, and 64 of them
        {
            long before = Count(devices.Single, kernel);
            Attend(kernels, text, 200, 0).Should().Equal(Attend(ReferenceKernels.Instance, text, 200, 0));
            Count(devices.Single, kernel).Should().Be(before + 1);
        }

        devices.Single.Limits = limits;
        devices.Single.KernelUses.Should().Contain(static use => use.Kernel == "fused attention" && use.Reason == "")
            .And.Contain(static use => use.Kernel == "staged attention" && use.Reason.StartsWith("fused attention needs ") && use.Reason.EndsWith(" bytes of shared memory a group; the device has 1024"));
    }

    [Fact]
    public void A_card_takes_blocks_of_thousands_of_keys()
    {
        Feasibility.FusedAttention(128, 128, 4, 128, 1 << 20).ProblemOn(Card).Should().BeEmpty();
        Feasibility.FusedAttention(128, 128, 1, 5900, 1).ProblemOn(Card).Should().BeEmpty();
        Feasibility.FusedAttention(128, 128, 1, 6000, 1).ProblemOn(Card).Should().Be("fused attention needs 49544 bytes of shared memory a group; the device has 49152");
    }

    [Theory]
    [InlineData(1)] // no mask
    [InlineData(3)]
    public void The_softmax_of_composed_attention_has_the_bits_of_the_reference_over_a_group_of_32_threads(int rows)
    {
        const int keys = 7;
        const int dimension = 4;
        var program = (ComposedAttentionProgram)OperatorPlan.Parse("composed{attention sum_lanes=4 scaled=bf16 p=bf16 | gemm | gemm}").Lower(new OperatorShape(rows, keys, dimension));
        var cache = new KeyValueCache(1, dimension);
        for (int position = 0; position < keys; position++)
            cache.Append(ConformanceValues.Create(0, position, dimension), ConformanceValues.Create(2, keys + position, dimension));
        Attend(new GpuOperatorKernels(devices.Warps) { Paths = KernelPaths.None }).Should().Equal(Attend(ReferenceKernels.Instance));

        uint[] Attend(IOperatorKernels kernels)
        {
            float[] output = new float[rows * 2 * dimension];
            kernels.ComposedAttention(program, ConformanceValues.Create(0, 77, output.Length), cache, output);
            return [.. output.Select(BitConverter.SingleToUInt32Bits)];
        }
    }

    [Fact]
    public void All_rows_of_a_sequence_go_through_one_launch_and_split_parts_are_joined_by_a_second()
    {
        var engine = new GpuReplayEngine(devices.Single);
        var model = new ReplayModel(SyntheticModel.Create(TinyDecoders.Llama(2), 5));
        ExecutionPlan uniform = PlanCatalog.Uniform(PlanCatalog.Gemms["sequential_fma"], NumericFormat.Fp32);
        ExecutionPlan plan = new([.. uniform.Rules, new PlanRule(null, null, OperatorRole.Attention, OperatorPlan.Parse("attention algorithm=split_kv splits=4 kv_block=4"))]);
        var step = new ReplayStep { Phase = ExecutionPhase.Prefill, Plan = plan, Batch = [new SequenceTokens(new ReplaySequence(model.Configuration), Enumerable.Range(0, 20).ToArray())] };
        (long fused, long joins, long staged) = (Count(devices.Single, Fused), Count(devices.Single, "AttentionOutputKernels.Join"), Count(devices.Single, Staged));
        float[] logits = engine.Run(model, step).Logits[0];
        Count(devices.Single, Fused).Should().Be(fused + 2, "there are two layers");
        Count(devices.Single, "AttentionOutputKernels.Join").Should().Be(joins + 2);
        Count(devices.Single, Staged).Should().Be(staged);
        float[] expected = new CpuReplayEngine(ReferenceKernels.Instance).Run(model, step with { Batch = [new SequenceTokens(new ReplaySequence(model.Configuration), Enumerable.Range(0, 20).ToArray())] }).Logits[0];
        logits.Select(BitConverter.SingleToUInt32Bits).Should().Equal(expected.Select(BitConverter.SingleToUInt32Bits));
    }

    private static long Count(GpuDevice device, string kernel) => device.KernelLaunches.GetValueOrDefault(kernel);

    /// <summary>Two query heads on one key head, of values of a kind of <see cref="ConformanceValues"/>.</summary>
    private static uint[] Attend(IOperatorKernels kernels, string text, int keys, int kind, int dimension = 6)
    {
        var program = (AttentionProgram)OperatorPlan.Parse(text).Lower(new OperatorShape(1, keys, dimension));
        var cache = new KeyValueCache(1, dimension);
        for (int position = 0; position < keys; position++)
            cache.Append(ConformanceValues.Create(kind, position, dimension), ConformanceValues.Create(kind, keys + position, dimension));
        float[] output = new float[2 * dimension];
        kernels.Attention(program, ConformanceValues.Create(0, 77, 2 * dimension), cache, output);
        return [.. output.Select(BitConverter.SingleToUInt32Bits)];
    }
}
