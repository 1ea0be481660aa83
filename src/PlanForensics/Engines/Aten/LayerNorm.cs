using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's layer_norm on a CPU: one plan for every width, number of rows and threads.</summary>
/// <remarks>
/// 2.10 on AVX2 and AVX-512 (its AVX-512 dispatch runs the AVX2 kernel): <c>layer_norm</c> with all defaults. 1.13: <c>layer_norm statistics=cascade_grouped step=muladd scaling=shifted</c>, with
/// <c>apply=muladd</c> where ATEN_CPU_CAPABILITY is default. Source: moments_utils.h and layer_norm_kernel.cpp; which products the compilers fused by comparison with libtorch 2.10.0 and Debian's torch 1.13.1.
/// </remarks>
public sealed class LayerNorm : ILayerNormFamily
{
    private readonly LayerNormPlan _plan;

    private LayerNorm(string name, LayerNormPlan plan) => (Name, _plan) = (name, plan);

    /// <summary>One family a version and dispatch.</summary>
    public static ImmutableArray<LayerNorm> All { get; } =
    [
        new("aten.layer_norm.2.10", new LayerNormPlan()),
        new("aten.layer_norm.1.13", Grouped(ReductionStep.Fma)),
        new("aten.layer_norm.1.13.default", Grouped(ReductionStep.MulAdd)),
    ];

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PlanDecision PlanFor(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return PlanDecision.Of(_plan);
    }

    private static LayerNormPlan Grouped(ReductionStep apply) => new()
    {
        Statistics = LayerNormStatistics.CascadeGrouped, Step = ReductionStep.MulAdd, Scaling = LayerNormScaling.Shifted, Apply = apply,
    };
}
