namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of a LayerNorm over rows of <see cref="Width"/> values, mean and variance taken together.</summary>
/// <remarks>
/// <para>Everything is binary32 unless it says fp64; <c>a*b + c</c> stands for <c>fma(a, b, c)</c> with <c>step=fma</c> and for <c>fl(fl(a*b) + c)</c> with <c>step=muladd</c>. n is the width, L the lanes.</para>
/// <para><c>cascade</c>: the first <c>floor(n / L) * L</c> values are rows of L lanes, cut into chunks of 16 rows. In each lane a chunk runs Welford's update from <c>m = q = +0</c>: for its j-th value (j from 1)
/// <c>d = fl(x - m), m = fl(1/j) * d + m, q = d * fl(x - m) + q</c>. A chunk of c rows is merged into the moments (k, M, Q) of stack level 0; after the i-th chunk (i from 1) level j-1 is merged into level
/// j and cleared as long as i is a multiple of 2^j and j is below the number of levels, <c>max(1, ceil(log2(chunks)))</c>; at the end levels 1, 2, .. are merged into level 0.
/// <c>merge</c>: <c>f = fl(c / (c + k)), d = fl(m - M), g = fl(f * d)</c>, <c>Q = fma(fl(d * k), g, fl(Q + q)), M = fl(M + g)</c>. The left over values run Welford's update with <c>m = fl(m + fl(d / j))</c>
/// as one accumulator; then lanes 0, 1, .. of level 0 are merged into it by <c>M = f * d + M</c>, <c>Q = fl(Q + (fl(fl(d * d) * f) * k + q))</c>. The variance is <c>fl(Q / n)</c>.</para>
/// <para><c>cascade_grouped</c>: the same, but the merges inside the cascade too are written <c>M = f * d + M</c>, <c>Q = fl(Q + (fl(fl(d * d) * f) * k + q))</c>.</para>
/// <para><c>wide_mean</c>: the mean is a sum in fp64 of four lanes over the first <c>floor(n / 4) * 4</c> values, <c>(l0 + l2) + (l1 + l3)</c>, the rest added in order, divided by n in fp64 and rounded to fp32.
/// Squares of <c>d = fl(x - m)</c> are added in L lanes over the first <c>floor(n / L) * L</c> values, lanes folded at distances L/2, .., 1; of the rest the first <c>floor(rest / 4) * 4</c> squares
/// are rounded before they are added, the last ones are added by fma. The variance is <c>fl(Q / n)</c>.</para>
/// <para><c>squares</c>: the same with a mean of 0: RMSNorm.</para>
/// <para><c>running</c>: one accumulator runs Welford's update over all values, <c>m = fl(m + fl(d / j))</c>, <c>q = d * fl(x - m) + q</c>; the variance is <c>fl(q / n)</c>.</para>
/// <para>Then <c>s = sqrt(fl(variance + eps))</c>, <c>r = fl(1 / s)</c>, the normalised value y of <see cref="LayerNormScaling"/> and <c>y * w + b</c>, both with <c>apply</c> in the place of <c>step</c>. Without a weight
/// it is <c>fl(y + b)</c>, and <c>centered</c> with <c>apply=fma</c> then is <c>fma(fl(x - m), r, b)</c>. Without a bias the cascades take b = +0 (which turns -0 into +0), the others give <c>fl(y * w)</c>, or y.
/// A NaN is canonical. Bitwise: identical on every machine.</para>
/// <para>Source: PyTorch, aten/src/ATen/native/cpu/moments_utils.h and layer_norm_kernel.cpp (cascade, and which products the compiler fuses by measurement); ONNX Runtime 1.31.1 by measurement
/// (docs/engines.md).</para>
/// </remarks>
public sealed class LayerNormProgram : OperatorProgram
{
    internal LayerNormProgram(LayerNormPlan plan, int width)
        : base(
            $"layer_norm width={width} statistics={PlanNames.Of(plan.Statistics)} lanes={LanesThatCount(plan, width)} step={plan.Step} "
            + $"scaling={PlanNames.Of(plan.Scaling)} apply={plan.Apply}") =>
        (Width, Statistics, Lanes, Scaling, FusedStatistics, FusedApply) =
        (width, plan.Statistics, plan.Lanes, plan.Scaling, plan.Step == ReductionStep.Fma, plan.Apply == ReductionStep.Fma);

    // A row shorter than the lanes has no whole vector, and a running norm has none.
    private static int LanesThatCount(LayerNormPlan plan, int width) => plan.Statistics == LayerNormStatistics.Running || width < plan.Lanes ? 0 : plan.Lanes;

    /// <summary>Values in a row.</summary>
    public int Width { get; }

    /// <summary>How mean and variance are taken.</summary>
    public LayerNormStatistics Statistics { get; }

    /// <summary>Lanes of the statistics.</summary>
    public int Lanes { get; }

    /// <summary>How a value is normalised.</summary>
    public LayerNormScaling Scaling { get; }

    /// <summary>Whether products enter the statistics by fma.</summary>
    public bool FusedStatistics { get; }

    /// <summary>Whether a missing bias is +0 that is added, rather than left out.</summary>
    public bool AddsZero => Statistics is LayerNormStatistics.Cascade or LayerNormStatistics.CascadeGrouped;

    /// <summary>Whether the other products are added by fma.</summary>
    public bool FusedApply { get; }
}
