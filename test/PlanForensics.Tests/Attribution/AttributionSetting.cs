using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.Tests.Attribution;

/// <summary>A small decoder, an engine and the catalogue's plans: what attribution tests plant truths in.</summary>
internal static class AttributionSetting
{
    private static readonly int[] PromptTokens = [3, 17, 5, 40, 22, 9];

    public static ModelConfiguration Configuration { get; } = new()
    {
        Architecture = "LlamaForCausalLM",
        LayerCount = 3,
        HiddenSize = 32,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 8,
        FeedForwardSize = 72,
        VocabularySize = 67,
        ContextLength = 48,
        Norm = NormKind.Rms,
        NormEpsilon = 1e-5,
        Activation = ActivationKind.SiluGate,
        Position = PositionKind.Rope,
        HasTiedHead = false,
    };

    public static ReplayModel Model { get; } = new(SyntheticModel.Create(Configuration, seed: 11, NumericFormat.Bf16));

    public static ReadOnlySpan<int> Prompt => PromptTokens;

    public static CpuReplayEngine Engine(long memoBytes = 1 << 24) => new(KernelSelection.Default, memoBytes == 0 ? null : new OperatorMemo(memoBytes));

    public static ExecutionPlan Plan(string gemm, NumericFormat activations = NumericFormat.Fp32, NumericFormat? logits = null) =>
        PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], activations, logits);

    public static PlanSchedule Schedule(string gemm, NumericFormat activations = NumericFormat.Fp32, NumericFormat? logits = null) =>
        new(gemm, Plan(gemm, activations, logits));

    /// <summary>Every plan of the catalogue, in the order of their names.</summary>
    public static IReadOnlyList<PlanSchedule> Catalogue(NumericFormat activations = NumericFormat.Fp32, NumericFormat? logits = null) =>
        [.. PlanCatalog.Gemms.Keys.Order(StringComparer.Ordinal).Select(name => Schedule(name, activations, logits))];

    public static ExecutionContract Record(PlanSchedule schedule, int steps = 6, int batchSize = 1) =>
        GreedyRecording.Run(Engine(0), Model, "request-" + schedule.Name, Prompt, schedule, steps, batchSize);

    public static ExecutionContract Map(ExecutionContract contract, Func<ContractStep, ContractStep> change) =>
        contract with { Steps = contract.Steps.Select(change).ToValueList() };

    public static ExecutionContract HashesOnly(ExecutionContract contract) => Map(contract, step => step with
    {
        Observation = step.Observation with { Logits = null, Top1 = null, Top2 = null, TopK = null },
    });

    public static ExecutionContract TokensOnly(ExecutionContract contract) => Map(contract, step => step with
    {
        Observation = new StepObservation { ChosenToken = step.Observation.ChosenToken },
    });
}
