using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>ATen 2.10's own loops over one bf16 matrix, where a product is too small for oneDNN: M N K up to 4,096.</summary>
/// <remarks>
/// Sums are in fp32 and rounded to bf16 once. Weights as (N, K): 64 lanes over whole blocks of 64 terms, added over distances 32 to 1; then eight lanes over whole blocks of 16, distances 4, 2, 1; then what is left one by one.
/// Weights as (K, N): four lanes, terms left over to the first, added in order. Source: libtorch 2.10.0 on AVX-512, probed with masks at K from 16 to 250 on both sides of the limit.
/// </remarks>
public sealed class AtenLanes : IGemmFamily
{
    private readonly bool _transposed;

    /// <summary>Creates the rule of one layout.</summary>
    /// <param name="transposed">Whether the weights lie as (N, K).</param>
    public AtenLanes(bool transposed) => _transposed = transposed;

    /// <inheritdoc/>
    public string Name => _transposed ? "aten.lanes.bf16.transposed" : "aten.lanes.bf16";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Bf16 || key.Output != NumericFormat.Bf16)
            return PlanDecision.Decline("the rule covers bf16 weights and outputs");
        if (key.WeightsTransposed is { } transposed && transposed != _transposed)
            return PlanDecision.Decline(_transposed ? "the weights lie as (K, N)" : "the weights lie as (N, K)");
        if ((long)key.M * key.N * key.K > AtenMatrixProducts.OneDnnLimit)
            return PlanDecision.Decline("a product of more than 4,096 terms goes to oneDNN");
        ReductionChain sum = _transposed ? Transposed(key.K) : InOrder(key.K);
        return PlanDecision.Of(ProgramParts.Plan(key.K, sum, NumericFormat.Bf16, NumericFormat.Bf16));
    }

    private static ReductionChain Transposed(int k)
    {
        int wide = k / 64 * 64;
        int narrow = wide + ((k - wide) / 16 * 16);
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        if (wide > 0)
            items.Add(ProgramParts.Fold(ProgramParts.Lanes(ReductionStep.Fma, 64, 0, wide), 32, 16, 8, 4, 2, 1)!);
        if (narrow > wide)
            items.Add(ProgramParts.Fold(ProgramParts.Lanes(ReductionStep.Fma, 8, wide, narrow), 4, 2, 1)!);
        if (k > narrow)
            items.Add(new ReductionSegment(ReductionStep.Fma, narrow, 1, k - narrow));
        return new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true);
    }

    private static ReductionChain InOrder(int k)
    {
        int whole = k / 4 * 4;
        ReductionChain?[] lanes = ProgramParts.Lanes(ReductionStep.Fma, 4, 0, whole);
        if (k > whole)
            lanes[0] = new ReductionChain(NumericFormat.Fp32, [.. lanes[0]?.Items ?? [], new ReductionSegment(ReductionStep.Fma, whole, 1, k - whole)], null, startsAtZero: true);
        return new ReductionChain(NumericFormat.Fp32, [.. lanes.OfType<ReductionItem>()]);
    }
}
