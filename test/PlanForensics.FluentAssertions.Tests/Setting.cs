using PlanForensics.Contracts;
using PlanForensics.Kernels;
using PlanForensics.Models;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Replay;

namespace PlanForensics.FluentAssertions.Tests;

/// <summary>A small decoder with thin margins, and traces of it under two plans.</summary>
internal static class Setting
{
    public static ReplayModel Model { get; } = new(SyntheticModel.Create(
        new ModelConfiguration
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
        },
        seed: 11,
        NumericFormat.Bf16));

    /// <summary>Under <c>split_k4_bf16_staging</c> its fourth step chooses another token.</summary>
    public static int[] Thin { get; } = [24, 32, 54, 23, 6];

    public static int[] Calm { get; } = [3, 17, 5, 40];

    public static IReplayEngine Engine { get; } = new CpuReplayEngine(KernelSelection.Default);

    public static PlanSchedule Schedule(string gemm) => new(gemm, PlanCatalog.Uniform(PlanCatalog.Gemms[gemm], NumericFormat.Bf16, NumericFormat.Fp32));

    public static ExecutionContract Trace(string id, int[] prompt, string gemm, int steps = 6, int batchSize = 1) =>
        GreedyRecording.Run(Engine, Model, id, prompt, Schedule(gemm), steps, batchSize);

    public static ExecutionContract Map(ExecutionContract contract, Func<ContractStep, ContractStep> change) => contract with { Steps = contract.Steps.Select(change).ToValueList() };
}
