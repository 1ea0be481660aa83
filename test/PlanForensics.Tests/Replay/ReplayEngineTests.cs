using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;
using PlanForensics.Tests.Models;
using Xunit;

namespace PlanForensics.Tests.Replay;

public sealed class ReplayEngineTests
{
    private static readonly CpuReplayEngine Engine = new(KernelSelection.Default);
    private static readonly CpuReplayEngine Reference = new(ReferenceKernels.Instance);
    private static readonly int[] Prompt = [3, 1, 4, 1, 5, 9, 2, 6];

    public static TheoryData<string, string> Networks => new MatrixTheoryData<string, string>(["llama", "gpt2"], ["sequential_fma", "split_k4_bf16_staging", "gemv_warp32_vector4", "hopper_mma"]);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Fast_kernels_give_the_reference_bits_through_the_whole_network(string family, string gemm)
    {
        ReplayModel model = Model(family);
        ExecutionPlan plan = PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], NumericFormat.Bf16, NumericFormat.Fp32);
        Bits(Logits(Engine, model, plan, Prompt)).Should().Equal(Bits(Logits(Reference, model, plan, Prompt)));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void Another_plan_gives_other_bits(string family) // negative control of the comparisons here
    {
        ReplayModel model = Model(family);
        Bits(Logits(Engine, model, Plan("sequential_fma"), Prompt)).Should().NotEqual(Bits(Logits(Engine, model, Plan("split_k4"), Prompt)));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    public void A_cached_decode_gives_the_bits_of_a_prefill_under_one_plan(string family)
    {
        ReplayModel model = Model(family);
        var sequence = new ReplaySequence(model.Configuration);
        Run(model, Plan("split_k4"), [new SequenceTokens(sequence, Prompt.AsMemory(0, 5))]);
        Run(model, Plan("split_k4"), [new SequenceTokens(sequence, Prompt.AsMemory(5, 2))]); // a chunk
        float[] cached = Run(model, Plan("split_k4"), [new SequenceTokens(sequence, Prompt.AsMemory(7))]).Logits[0];
        Bits(cached).Should().Equal(Bits(Logits(Engine, model, Plan("split_k4"), Prompt)));
    }

    [Fact]
    public void A_row_of_a_batch_has_the_bits_that_it_has_alone()
    {
        ReplayModel model = Model("llama");
        int[][] prompts = [[1, 2, 3], [7, 8], [9, 10, 11, 12]];
        ReplayStepResult together = Run(model, Plan("gemv_16_lanes"), [.. prompts.Select(prompt => new SequenceTokens(new ReplaySequence(model.Configuration), prompt))]);
        for (int row = 0; row < prompts.Length; row++)
            Bits(together.Logits[row]).Should().Equal(Bits(Logits(Engine, model, Plan("gemv_16_lanes"), prompts[row])));
    }

    [Fact]
    public void A_clone_goes_on_without_touching_its_origin()
    {
        ReplayModel model = Model("llama");
        var origin = new ReplaySequence(model.Configuration);
        Run(model, Plan("split_k4"), [new SequenceTokens(origin, Prompt)]);
        ReplaySequence clone = origin.Clone();
        float[] first = Run(model, Plan("split_k4"), [new SequenceTokens(clone, new[] { 5 })]).Logits[0];
        Run(model, Plan("sequential_fma"), [new SequenceTokens(clone, new[] { 6 })]);
        origin.Position.Should().Be(Prompt.Length);
        Bits(Run(model, Plan("split_k4"), [new SequenceTokens(origin, new[] { 5 })]).Logits[0]).Should().Equal(Bits(first));
    }

    [Fact]
    public void A_layer_runs_from_recorded_inputs_to_the_recorded_outputs()
    {
        ReplayModel model = Model("llama");
        var recorded = new Dictionary<string, float[]>();
        ReplayStep Step(Action<OperatorOutput>? observer) => new()
        {
            Phase = ExecutionPhase.Prefill, Plan = Plan("split_k4"), Batch = [new SequenceTokens(new ReplaySequence(model.Configuration), Prompt)], Observer = observer,
        };
        Engine.Run(model, Step(output => recorded[output.ValueName] = output.Values.ToArray()), TestContext.Current.CancellationToken);
        var values = new Dictionary<string, float[]> { ["l0.mlp_residual"] = recorded["l0.mlp_residual"] };
        Engine.RunOperators(model, model.Graph.Operators.Where(node => node.Layer == 1), values, Step(null), TestContext.Current.CancellationToken);
        foreach (string name in new[] { "l1.q_proj", "l1.rope_k", "l1.attention", "l1.down_proj", "l1.mlp_residual" })
            Bits(values[name]).Should().Equal(Bits(recorded[name]), name);
        FluentActions.Invoking(() => Engine.RunOperators(model, [model.Graph.Find(OperatorRole.DownProjection, 1)!], new Dictionary<string, float[]>(), Step(null)))
            .Should().Throw<KeyNotFoundException>().WithMessage("*l1.activation*record it*");
    }

    [Fact]
    public void A_row_of_a_larger_recorded_batch_runs_the_region_of_its_row()
    {
        ReplayModel model = Model("llama");
        ExecutionPlan mapped = Plan("sequential_fma").With(PlanCatalog.GemmRules(OperatorPlan.Parse("map{2..3x*: gemm split_k=4; *x*: gemm}")));
        float[] At(int firstRow) => Engine.Run(model, new ReplayStep
        {
            Phase = ExecutionPhase.Decode, Plan = mapped, Batch = [new SequenceTokens(new ReplaySequence(model.Configuration), new[] { 7 })], BatchRows = 4, FirstRow = firstRow,
        }).Logits[0];
        Bits(At(0)).Should().Equal(Bits(Logits(Engine, model, Plan("sequential_fma"), [7])));
        Bits(At(3)).Should().Equal(Bits(Logits(Engine, model, Plan("split_k4"), [7])));
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("default")]
    public void Operands_that_do_not_fit_are_refused_and_an_empty_batch_is_not(string name)
    {
        IOperatorKernels kernels = name == "reference" ? ReferenceKernels.Instance : KernelSelection.Default;
        var norm = (NormProgram)new NormPlan().Lower(new OperatorShape(1, 1, 4));
        FluentActions.Invoking(() => kernels.LayerNorm(norm, 1e-5f, new float[4], new float[4], new float[3], new float[4])).Should().Throw<ArgumentException>().WithMessage("*4 bias values; got 3*");
        FluentActions.Invoking(() => kernels.Add(new ResidualPlan(), new float[4], new float[4], new float[5])).Should().Throw<ArgumentException>().WithMessage("*4, 4 and 5*");
        var empty = (GemmProgram)OperatorPlan.Parse("map{0..3x*: gemm split_k=2; *x*: gemm}").Lower(new OperatorShape(0, 2, 3));
        kernels.Gemm(empty, [], new WeightMatrix(2, 3, new float[6]), [], []);
        empty.Regions.Should().ContainSingle();
    }

    [Theory]
    [InlineData(new[] { 99999 }, "*token id 99999 lies outside the vocabulary*")]
    [InlineData(new[] { -1 }, "*token id -1 lies outside the vocabulary*")]
    [InlineData(new int[0], "*at least one token*")]
    public void Tokens_that_the_model_does_not_have_are_refused(int[] tokens, string message) =>
        FluentActions.Invoking(() => Logits(Engine, Model("llama"), Plan("sequential_fma"), tokens)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void A_position_beyond_the_context_is_refused()
    {
        ReplayModel model = Model("llama");
        FluentActions.Invoking(() => Logits(Engine, model, Plan("sequential_fma"), new int[model.Configuration.ContextLength + 1])).Should().Throw<ArgumentException>().WithMessage("*context*");
    }

    [Fact]
    public void A_plan_that_is_not_replayed_is_refused_with_the_reason()
    {
        Engine.Supports(OperatorPlan.Parse("activation math=cuda_approx"), default, out string reason).Should().BeFalse();
        reason.Should().Contain("sleef").And.Contain("portable");
        ExecutionPlan plan = Plan("sequential_fma").With(new PlanRule(null, null, OperatorRole.Activation, OperatorPlan.Parse("activation math=cuda_approx")));
        FluentActions.Invoking(() => Logits(Engine, Model("llama"), plan, Prompt)).Should().Throw<PlanNotSupportedException>();
    }

    private static ReplayModel Model(string family)
    {
        bool llama = family == "llama";
        return new ReplayModel(SyntheticModel.Create(
            new ModelConfiguration
            {
                LayerCount = 2, HiddenSize = 32, HeadCount = 4, KeyValueHeadCount = llama ? 2 : 4, HeadDimension = 8, FeedForwardSize = 48, VocabularySize = 64, ContextLength = 24,
                Norm = llama ? NormKind.Rms : NormKind.Layer, NormEpsilon = 1e-5, Activation = llama ? ActivationKind.SiluGate : ActivationKind.GeluTanh,
                Position = llama ? PositionKind.Rope : PositionKind.Learned, HasTiedHead = llama, HasAttentionBias = !llama, HasMlpBias = !llama,
            },
            seed: 7));
    }

    private static ExecutionPlan Plan(string gemm) => PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], NumericFormat.Fp32);

    private static ReplayStepResult Run(ReplayModel model, ExecutionPlan plan, IReadOnlyList<SequenceTokens> batch) =>
        Engine.Run(model, new ReplayStep { Phase = ExecutionPhase.Decode, Plan = plan, Batch = batch });

    private static float[] Logits(CpuReplayEngine engine, ReplayModel model, ExecutionPlan plan, int[] tokens) => engine.Run(model, new ReplayStep
    {
        Phase = ExecutionPhase.Prefill, Plan = plan, Batch = [new SequenceTokens(new ReplaySequence(model.Configuration), tokens)],
    }).Logits[0];

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}
