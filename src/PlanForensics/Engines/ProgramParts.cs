using System.Collections.Immutable;
using System.Diagnostics;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines;

/// <summary>Pieces of which the orders of CPU libraries are made: SIMD lanes that start at +0.0, folds over lanes, tails.</summary>
internal static class ProgramParts
{
    /// <summary>One accumulator over successive terms, started at +0.0 as a cleared register is.</summary>
    public static ReductionChain Run(ReductionStep step, int start, int count, int stride = 1) =>
        new(NumericFormat.Fp32, [new ReductionSegment(step, start, stride, count)], null, startsAtZero: true);

    /// <summary>
    /// SIMD lanes over <c>[start, end)</c>: lane l takes term start + l and every lanes-th after it; with <paramref name="vector"/> 2 it takes pairs. Terms that fill no whole
    /// vector register go to the first lanes. A lane without a term is null.
    /// </summary>
    public static ReductionChain?[] Lanes(ReductionStep step, int lanes, int start, int end, int vector = 1)
    {
        var chains = new ReductionChain?[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            var items = ImmutableArray.CreateBuilder<ReductionItem>();
            for (int first = start + (lane * vector); first < end; first += lanes * vector)
            {
                if (vector > 1)
                    items.Add(new ReductionSegment(step, first, 1, Math.Min(vector, end - first)));
                else if (items.Count == 0)
                    items.Add(new ReductionSegment(step, first, lanes, ((end - first - 1) / lanes) + 1));
            }

            chains[lane] = items.Count == 0 ? null : new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true);
        }

        return chains;
    }

    /// <summary>Adds lanes in pairs: for each distance h in turn, lane i takes lane i + h where bit h of i is clear. An absent lane adds nothing.</summary>
    public static ReductionChain? Fold(ReductionChain?[] lanes, params ReadOnlySpan<int> distances)
    {
        var left = (ReductionChain?[])lanes.Clone();
        bool[] open = new bool[lanes.Length];
        Array.Fill(open, true);
        foreach (int distance in distances)
        {
            for (int lane = 0; lane < lanes.Length; lane++)
            {
                if (!open[lane] || (lane & distance) != 0)
                    continue;
                left[lane] = Add(left[lane], left[lane + distance]);
                open[lane + distance] = false;
            }
        }

        Debug.Assert(open.Count(value => value) == 1 && open[0], "distances add all lanes into lane 0");
        return left[0];
    }

    /// <summary>The sum of two finished sums; an absent one adds nothing.</summary>
    public static ReductionChain? Add(ReductionChain? left, ReductionChain? right) => left is null ? right
        : right is null ? left
        : new ReductionChain(NumericFormat.Fp32, [left, right]);

    /// <summary>A plan of one program with fp32 operands and output.</summary>
    public static ProgramPlan Plan(int depth, ReductionChain root, NumericFormat operands = NumericFormat.Fp32, NumericFormat output = NumericFormat.Fp32) =>
        new(new ReductionProgram(depth, root, operands, operands, [new EpilogueStep(EpilogueKind.Round, output)]));
}
