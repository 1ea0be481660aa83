using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>The project's own model, replayed on ILGPU's CPU device.</summary>
public sealed class GpuReplayEngineTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private static readonly Lazy<ReplayModel> Model = new(static () => new ReplayModel(DecoderModel.Load(Repository.PathOf("samples", "models", "kjv-1m"))));
    private static readonly CpuReplayEngine Cpu = new(KernelSelection.Default);
    private static readonly int[] Prompt = [1, 270, 1033];

    private readonly GpuReplayEngine _gpu = new(fixture.Device);

    public static TheoryData<string> Plans => [.. PlanCatalog.Operators.Keys];

    [Theory]
    [MemberData(nameof(Plans))]
    public void A_replay_has_the_bits_of_the_cpu_engine_under_every_named_plan(string name)
    {
        ExecutionPlan plan = PlanWith(PlanCatalog.Operators[name]);
        Bits(Logits(_gpu, plan)).Should().Equal(Bits(Logits(Cpu, plan)));
    }

    [Fact]
    public void Another_plan_gives_other_bits() // negative control of the comparisons here
    {
        uint[] split = Bits(Logits(_gpu, PlanWith(PlanCatalog.Operators["split_k4"])));
        split.Should().NotEqual(Bits(Logits(Cpu, PlanWith(PlanCatalog.Operators["sequential_fma"]))));
        split.Should().NotEqual(Bits(Logits(Cpu, PlanWith(OperatorPlan.Parse("composed{attention scaled=bf16 | gemm lanes=2 | gemm}")))));
    }

    [Fact]
    public void The_contract_of_a_replay_says_where_it_ran()
    {
        _gpu.Platform.Device.Should().StartWith("ILGPU CPU device");
        _gpu.Platform.Versions.Should().Contain("ilgpu", "1.5.3").And.ContainKey("dotnet");
        var recorded = new Contracts.StepState
        {
            StepIndex = 0, Phase = ExecutionPhase.Decode, Shape = new Contracts.StepShape { QueryLength = 1, KeyLength = 3, Heads = 8, Hidden = 128 }, Device = "NVIDIA H100",
            LibraryVersions = new Contracts.ValueMap([new("vllm", "0.11"), new("ilgpu", "0")]),
        };
        Contracts.StepState replayed = _gpu.Platform.Describe(recorded);
        replayed.Device.Should().Be(_gpu.Platform.Device);
        replayed.LibraryVersions.Should().Contain("vllm", "0.11").And.Contain("ilgpu", "1.5.3");
    }

    [Fact]
    public void A_refused_step_says_why_and_leaves_the_sequence_as_it_was()
    {
        ExecutionPlan uniform = PlanWith(PlanCatalog.Gemms["sequential_fma"]);
        ExecutionPlan plan = new([.. uniform.Rules, new PlanRule(null, 1, OperatorRole.Attention, new AttentionPlan { Math = MathPath.CudaApprox })]);
        var sequence = new ReplaySequence(Model.Value.Configuration);
        Action run = () => _gpu.Run(Model.Value, Step(plan, sequence));
        run.Should().Throw<PlanNotSupportedException>().Which.Reason.Should().Contain("math path");
        sequence.Position.Should().Be(0);
        sequence.Layer(0).Count.Should().Be(0, "layer 0 runs before layer 1, whose plan is refused");
        _gpu.Supports(OperatorPlan.Parse("scaled_dot_product"), new OperatorShape(4, 4, 32), out string reason).Should().BeFalse();
        reason.Should().Contain("no kernel of this operator").And.Contain("--device cpu");
        _gpu.Supports(OperatorPlan.Parse("gemm split_k=4"), new OperatorShape(1, 4, 16), out _).Should().BeTrue();
    }

    [Theory]
    [InlineData("composed{attention | gemm | gemm}")]
    [InlineData("composed{attention sum_lanes=8 sum_short=forward math=sleef divide=reciprocal scaled=bf16 p=bf16 | gemm step=bf16pair operand=bf16 out=bf16 | gemm step=muladd acc=bf16 out=bf16 start=zero}")]
    [InlineData("composed{attention scaled=fp16 p=fp16 math=glibc | gemm operand=fp16 | map{*x0..3: gemm; *x*: gemm lanes=2}}")]
    public void Attention_composed_of_operators_has_the_bits_of_the_cpu_engine_with_and_without_a_memo(string text)
    {
        ExecutionPlan plan = PlanWith(OperatorPlan.Parse(text));
        uint[] expected = Bits(Logits(Cpu, plan));
        Bits(Logits(_gpu, plan)).Should().Equal(expected);
        Bits(Logits(new GpuReplayEngine(fixture.Device, new OperatorMemo(1 << 20)), plan)).Should().Equal(expected);
    }

    private static ExecutionPlan PlanWith(OperatorPlan plan)
    {
        ExecutionPlan uniform = PlanCatalog.Uniform(plan is GemmPlan gemm ? gemm : PlanCatalog.Gemms["sequential_fma"], NumericFormat.Bf16, NumericFormat.Fp32);
        return plan switch
        {
            NormPlan => With(uniform, plan, OperatorRole.AttentionNorm, OperatorRole.MlpNorm, OperatorRole.FinalNorm),
            AttentionPlan or ComposedAttentionPlan => With(uniform, plan, OperatorRole.Attention),
            AllReducePlan allReduce => With(uniform, new GemmPlan { Output = NumericFormat.Bf16, AllReduce = allReduce with { Pack = 1 } }, OperatorRole.OutputProjection, OperatorRole.DownProjection),
            _ => uniform,
        };
    }

    private static ExecutionPlan With(ExecutionPlan plan, OperatorPlan replacement, params OperatorRole[] roles) =>
        new([.. plan.Rules, .. roles.Select(role => new PlanRule(null, null, role, replacement))]);

    private static float[] Logits(IReplayEngine engine, ExecutionPlan plan)
    {
        var sequence = new ReplaySequence(Model.Value.Configuration);
        engine.Run(Model.Value, Step(plan, sequence));
        return engine.Run(Model.Value, Step(plan, sequence, 9)).Logits[0];
    }

    private static ReplayStep Step(ExecutionPlan plan, ReplaySequence sequence, params int[] tokens) =>
        new() { Phase = ExecutionPhase.Prefill, Plan = plan, Batch = [new SequenceTokens(sequence, tokens.Length == 0 ? Prompt : tokens)] };

    private static uint[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];
}
