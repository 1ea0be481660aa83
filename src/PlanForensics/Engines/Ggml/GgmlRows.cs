using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Ggml;

/// <summary>ggml's CPU operators over rows (llama.cpp): soft_max, rms_norm, norm, silu, gelu, sum_rows, rope.</summary>
/// <remarks>
/// Dispatches: AVX-512 (16 lanes), AVX2 (8), AVX without AVX2 (4, with and without FMA), SSE2 (4, neighbours first); without FMA rope has two roundings and one
/// entry of GELU's table is another.
/// Sums are kept in a double: one by one, or, where the code is vectorised, by whole registers folded in fp32. Vector exponentials in whole registers of a row, glibc's in the rest. Source: ggml's <c>ops.cpp</c> and
/// <c>vec.cpp</c> at commits d99724f2 (August 2026) and, for <c>old</c>, c392e509 of llama.cpp (February 2025), compiled by gcc 12.2 with -O3; compared with both. The libc is glibc 2.36: another one changes the rest of rows and rope.
/// </remarks>
public static class GgmlRows
{
    /// <summary>All families; names are unique.</summary>
    public static ImmutableArray<RowFamily> All { get; } =
    [
        .. Vectorised("avx512", 16, MathPath.Ggml16),
        .. Vectorised("avx2", 8, MathPath.Ggml8),
        .. Vectorised("avx_fma", 4, MathPath.Ggml8),
        .. Vectorised("avx", 4, MathPath.Ggml4),
        .. Vectorised("sse", 4, MathPath.Ggml4, MergeOrder.Neighbours),
        new("ggml.norm.old", RowOperator.Norm, new NormPlan { Step = FloatSquares, Accumulator = NumericFormat.Fp64 }),
        new("ggml.rms_norm", RowOperator.RmsNorm, new NormPlan { Step = FloatSquares, Accumulator = NumericFormat.Fp64 }),
        new("ggml.gelu", RowOperator.Gelu, new ActivationPlan { Gelu = GeluForm.Fp16Table }),
        new("ggml.gelu.unfused", RowOperator.Gelu, new ActivationPlan { Gelu = GeluForm.Fp16TableUnfused }),
        new("ggml.sum_rows", RowOperator.Sum, new SumPlan { Accumulator = NumericFormat.Fp64, StartsAtZero = true }),
        new("ggml.rope", RowOperator.Rope, new RopePlan { Step = ReductionStep.Fma, Math = MathPath.Glibc, Angles = RopeAngles.Recurrence }),
        new("ggml.rope.unfused", RowOperator.Rope, new RopePlan { Math = MathPath.Glibc, Angles = RopeAngles.Recurrence }),
    ];

    private static ReductionStep FloatSquares => ReductionStep.MulAddProduct(NumericFormat.Fp32);

    private static IEnumerable<RowFamily> Vectorised(string dispatch, int lanes, MathPath exponential, MergeOrder merge = MergeOrder.Butterfly)
    {
        var blocks = new LaneTree { Order = LaneOrder.Blocks, Lanes = lanes, Merge = merge };
        var rest = new MathBlock { Length = lanes, Tail = MathPath.Glibc };
        yield return new RowFamily($"ggml.soft_max.{dispatch}", RowOperator.Softmax, new SoftmaxPlan
        {
            Math = exponential, Block = rest, Accumulator = NumericFormat.Fp64, Sum = blocks, Divide = Division.Reciprocal,
        });
        yield return new RowFamily($"ggml.norm.{dispatch}", RowOperator.Norm, new NormPlan
        {
            Step = FloatSquares, Accumulator = NumericFormat.Fp64, Threads = blocks, RowSum = LaneTree.Sequential, RowSumStored = NumericFormat.Fp32,
        });
        yield return new RowFamily($"ggml.silu.{dispatch}", RowOperator.Silu, new ActivationPlan { Math = exponential, Block = rest });
    }
}
