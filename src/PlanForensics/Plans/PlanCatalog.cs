using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Named plans and whole execution plans to start from.</summary>
public static partial class PlanCatalog
{
    private static readonly ImmutableArray<OperatorRole> GemmRoles = [.. Enum.GetValues<OperatorRole>().Where(OperatorRoles.IsGemm)];

    /// <summary>Matrix product plans by name: what tiled, split-K, GEMV-like and matrix-unit kernels do to the order of a sum.</summary>
    public static ImmutableDictionary<string, GemmPlan> Gemms { get; } = new Dictionary<string, GemmPlan>
    {
        ["sequential_fma"] = new(),
        ["sequential_muladd"] = new() { Step = ReductionStep.MulAdd },
        ["k_block_64"] = new() { BlockK = 64 },
        ["k_block_128"] = new() { BlockK = 128 },
        ["split_k2"] = new() { SplitK = 2 },
        ["split_k4"] = new() { SplitK = 4 },
        ["split_k8"] = new() { SplitK = 8 },
        ["split_k4_bf16_staging"] = new() { SplitK = 4, Staging = NumericFormat.Bf16 },
        ["split_k4_serial_bf16"] = new() { SplitK = 4, MergeAccumulator = NumericFormat.Bf16 },
        ["split_k4_atomic_reversed"] = new() { SplitK = 4, Merge = MergeOrder.Atomic, AtomicOrder = AtomicOrder.Explicit(3, 2, 1, 0) },
        ["gemv_16_lanes"] = new() { Lanes = new LaneTree { Lanes = 16 } },
        ["gemv_warp32"] = new() { Lanes = new LaneTree { Lanes = 32 } },
        ["gemv_warp32_vector4"] = new() { Lanes = new LaneTree { Lanes = 32, Vector = 4 } },
        ["gemv_4_lanes_neighbours"] = new() { Lanes = new LaneTree { Lanes = 4, Merge = MergeOrder.Neighbours } },
        ["even_odd"] = new() { Lanes = new LaneTree { Lanes = 2, Merge = MergeOrder.Forward } },
        ["ampere_mma"] = new() { Step = ReductionStep.Dot(8, 24), Operand = NumericFormat.Bf16 },
        ["hopper_mma"] = new() { Step = ReductionStep.Dot(16, 25), Operand = NumericFormat.Bf16 },
        ["hopper_mma_split_k4"] = new() { Step = ReductionStep.Dot(16, 25), Operand = NumericFormat.Bf16, SplitK = 4, SplitGrain = 16 },
    }.ToImmutableDictionary();

    /// <summary>An execution plan with one matrix product plan everywhere and plain sequential operators around it.</summary>
    /// <param name="gemm">The plan of every projection and of the head; its output format is replaced by <paramref name="activations"/>.</param>
    /// <param name="activations">Format of activations between operators.</param>
    /// <param name="logits">Format of the logits; null for the activations' format.</param>
    /// <returns>The plan.</returns>
    public static ExecutionPlan Uniform(GemmPlan gemm, NumericFormat activations, NumericFormat? logits = null)
    {
        ArgumentNullException.ThrowIfNull(gemm);
        var norm = new NormPlan { Output = activations };
        var residual = new ResidualPlan { Output = activations };
        return new ExecutionPlan(
        [
            new PlanRule(null, null, OperatorRole.Embedding, residual),
            new PlanRule(null, null, OperatorRole.PositionAdd, residual),
            new PlanRule(null, null, OperatorRole.AttentionNorm, norm),
            new PlanRule(null, null, OperatorRole.MlpNorm, norm),
            new PlanRule(null, null, OperatorRole.FinalNorm, norm),
            new PlanRule(null, null, OperatorRole.Rope, new RopePlan { Output = activations }),
            new PlanRule(null, null, OperatorRole.Attention, new AttentionPlan { Probabilities = activations, Output = activations }),
            new PlanRule(null, null, OperatorRole.Activation, new ActivationPlan { Intermediate = activations, Output = activations }),
            new PlanRule(null, null, OperatorRole.AttentionResidual, residual),
            new PlanRule(null, null, OperatorRole.MlpResidual, residual),
            new PlanRule(null, null, OperatorRole.Argmax, new ArgmaxPlan()),
            .. GemmRules(gemm with { Output = activations }),
            new PlanRule(null, null, OperatorRole.LmHead, gemm with { Output = logits ?? activations }),
        ]);
    }

    /// <summary>Rules that give every projection and the head one plan.</summary>
    /// <param name="gemm">The plan, output format included.</param>
    /// <param name="phase">The phase, or null for both.</param>
    /// <returns>One rule for each role.</returns>
    public static ImmutableArray<PlanRule> GemmRules(OperatorPlan gemm, ExecutionPhase? phase = null) =>
        [.. GemmRoles.Select(role => new PlanRule(phase, null, role, gemm))];
}
