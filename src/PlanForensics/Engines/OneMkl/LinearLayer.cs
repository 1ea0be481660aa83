using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.OneMkl;

/// <summary>oneMKL's fp32 product with weights as (N, K), as PyTorch's <c>linear</c> calls it, on AMD processors.</summary>
/// <remarks>
/// <para>M from 4: as <see cref="MatrixProduct"/>. M = 2, 3: four SSE lanes of mul and add, <c>(l0 + l2) + (l1 + l3)</c>. M = 1: the first terms are taken one by one into lane 0 until the weights' address is a
/// multiple of 16 (four of them where it is one already), then four lanes; so the order depends on the address, and a plan is given only where it is known.</para>
/// <para>Where terms are left over after whole vectors they are taken one by one into lane 0; that is not measured. Source: recorded results of libtorch 2.10.0 (oneMKL 2024.0u2, closed source); probed.</para>
/// </remarks>
public sealed class LinearLayer : IGemmFamily
{
    private const int FewRows = 3;
    private const int Width = 4;

    /// <inheritdoc/>
    public string Name => "onemkl.sgemm.linear";

    /// <inheritdoc/>
    public PlanDecision PlanFor(GemmKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Weights != NumericFormat.Fp32 || key.Output != NumericFormat.Fp32)
            return PlanDecision.Decline("the rule covers fp32 weights and outputs");
        if (key.WeightsTransposed == false)
            return PlanDecision.Decline("the weights lie as (K, N)");
        if (key.M > FewRows)
            return PlanDecision.Of(MatrixProduct.Blocked(key.K));
        if (key.M > 1)
            return PlanDecision.Of(key.K % Width == 0 ? new GemmPlan { Step = ReductionStep.MulAdd, Lanes = new LaneTree { Lanes = Width }, StartsAtZero = true } : Lanes(key.K, 0));
        if (key.WeightAddressModulo16 is not { } address)
            return PlanDecision.Decline("at M = 1 the order depends on the weights' address modulo 16, which is not known");
        if (key.K % Width != 0)
            return PlanDecision.Decline("at M = 1 and K that is no multiple of 4 every output has an address of its own");
        return PlanDecision.Of(Lanes(key.K, Width - (address / sizeof(float))));
    }

    private static ProgramPlan Lanes(int k, int peeled)
    {
        peeled = Math.Min(peeled, k);
        int end = peeled + ((k - peeled) / Width * Width);
        ReductionChain?[] lanes = ProgramParts.Lanes(ReductionStep.MulAdd, Width, peeled, end);
        var first = ImmutableArray.CreateBuilder<ReductionItem>();
        if (peeled > 0)
            first.Add(new ReductionSegment(ReductionStep.MulAdd, 0, 1, peeled));
        if (end > peeled)
            first.Add(new ReductionSegment(ReductionStep.MulAdd, peeled, Width, (end - peeled) / Width));
        if (k > end)
            first.Add(new ReductionSegment(ReductionStep.MulAdd, end, 1, k - end));
        lanes[0] = new ReductionChain(NumericFormat.Fp32, first.ToImmutable(), null, startsAtZero: true);
        return ProgramParts.Plan(k, ProgramParts.Fold(lanes, 2, 1)!);
    }
}
