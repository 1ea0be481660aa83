using System.Collections.Immutable;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>PyTorch's scaled_dot_product_attention on a CPU in fp32 (flash attention), products by oneMKL.</summary>
/// <remarks>
/// <c>scaled_dot_product</c> with 16 lanes where ATen dispatches to AVX-512, 8 where to AVX2. Declines head dimensions below 8 or not a multiple of 4 (oneMKL's orders then follow addresses), and a call that is one task for
/// several threads (oneMKL then divides the rows itself). Source: FlashAttentionKernel.cpp; comparison with libtorch 2.10.0.
/// </remarks>
public sealed class ScaledDotProduct
{
    private readonly int _lanes;

    private ScaledDotProduct(string name, int lanes) => (Name, _lanes) = (name, lanes);

    /// <summary>One family a dispatch.</summary>
    public static ImmutableArray<ScaledDotProduct> All { get; } = [new("aten.sdpa.avx512", 16), new("aten.sdpa.avx2", 8)];

    /// <summary>Library, operator and dispatch.</summary>
    public string Name { get; }

    /// <summary>The plan of a call.</summary>
    /// <param name="heads">Batch times heads, at least 1.</param>
    /// <param name="queries">Query rows of a head, at least 1.</param>
    /// <param name="headDimension">Values of a query.</param>
    /// <param name="threads">Threads of the library, at least 1.</param>
    /// <returns>The plan, or the reason why this rule does not say.</returns>
    public PlanDecision PlanFor(int heads, int queries, int headDimension, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (headDimension < 8 || headDimension % 4 != 0)
            return PlanDecision.Decline($"the orders are known for head dimensions that are multiples of 4 from 8 up; got {headDimension}");
        return heads == 1 && queries <= 32 && threads > 1
            ? PlanDecision.Decline("one task for several threads: oneMKL divides the rows among threads, which this rule does not cover")
            : PlanDecision.Of(new ScaledDotProductPlan { Lanes = _lanes, Threads = threads });
    }
}
