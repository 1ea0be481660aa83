using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Brings a chain into the one form that chains with the same roundings share. docs/plan-semantics.md lists each rule and why it keeps every bit.</summary>
internal static class ReductionNormalization
{
    public static ReductionChain Normalize(ReductionChain chain, ReductionArithmetic arithmetic)
    {
        var prefix = new ChainPrefix(chain.Accumulator, chain.StartsAtZero, arithmetic);
        foreach (ReductionItem item in chain.Items)
        {
            if (item is ReductionSegment segment)
                prefix.Take(segment);
            else
                prefix.Take(Normalize((ReductionChain)item, arithmetic));
        }

        return Finish(prefix.ToChain(chain.StoredAs), arithmetic);
    }

    /// <summary>Drops a store that rounds nothing, and a chain that only hands on the value of one sub-chain.</summary>
    private static ReductionChain Finish(ReductionChain chain, ReductionArithmetic arithmetic)
    {
        if (chain.StoredAs is { } stored && (ReductionArithmetic.Holds(stored, chain.Accumulator) || IsExactTerm(chain, stored, arithmetic)))
            chain = new ReductionChain(chain.Accumulator, chain.Items, null, chain.StartsAtZero);
        return chain is { StartsAtZero: false, Items: [ReductionChain only] }
            && ReductionArithmetic.Holds(chain.Accumulator, only.FinishedFormat)
            && (chain.StoredAs is not { } format || ReductionArithmetic.Holds(format, only.FinishedFormat))
            ? only
            : chain;
    }

    private static bool IsExactTerm(ReductionChain chain, NumericFormat stored, ReductionArithmetic arithmetic) =>
        chain is { StartsAtZero: false, Items: [ReductionSegment { Count: 1, Step.Kind: StepKind.Add }] } && ReductionArithmetic.Holds(stored, arithmetic.OperandA)
            && ReductionArithmetic.Holds(chain.Accumulator, arithmetic.OperandA);
}
