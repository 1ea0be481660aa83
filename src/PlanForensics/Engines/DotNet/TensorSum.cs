using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.DotNet;

/// <summary>.NET's <c>TensorPrimitives.Sum</c> of fp32 values.</summary>
/// <remarks>
/// One register of V lanes that starts at +0.0. Above 8 V values the first block enters after the loop over groups of 8 blocks, then the other blocks; values that fill no block enter last, in the upper lanes. Lanes are added
/// neighbours first. Below V the next narrower registers, below 4 the last value first. No dependence on addresses. Source: dotnet/runtime's <c>IAggregationOperator</c>; System.Numerics.Tensors 10.0.10 on .NET 10.
/// </remarks>
public sealed class TensorSum : IRowFamily
{
    private const int Unrolled = 8;
    private const int Narrowest = 4;

    private readonly int _lanes;

    private TensorSum(int lanes) => _lanes = lanes;

    /// <summary>One family a register width: 16 lanes (512 bits), 8 and 4.</summary>
    public static ImmutableArray<TensorSum> All { get; } = [new(16), new(8), new(4)];

    /// <inheritdoc/>
    public string Name => $"tensor_primitives.sum.vector{_lanes * 32}";

    /// <inheritdoc/>
    public RowOperator Operator => RowOperator.Sum;

    /// <inheritdoc/>
    public PlanDecision PlanFor(RowKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int lanes = _lanes;
        while (lanes > key.Width && lanes > Narrowest)
            lanes /= 2;
        return PlanDecision.Of(ProgramParts.Plan(key.Width, lanes > key.Width ? Backwards(key.Width) : Vectors(key.Width, lanes)));
    }

    private static ReductionChain Backwards(int width) =>
        new(NumericFormat.Fp32, [new ReductionSegment(ReductionStep.Add, width - 1, -1, width)], null, startsAtZero: true);

    private static ReductionChain Vectors(int width, int lanes)
    {
        int blocks = width / lanes;
        int trailing = width % lanes;
        int looped = width > Unrolled * lanes ? (width - lanes) / (Unrolled * lanes) * Unrolled : 0;
        var chains = new ReductionChain?[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            var items = ImmutableArray.CreateBuilder<ReductionItem>();
            Add(items, lanes + lane, lanes, looped);
            Add(items, lane, lanes, 1);
            Add(items, ((looped + 1) * lanes) + lane, lanes, blocks - looped - 1);
            Add(items, width - lanes + lane, lanes, lane >= lanes - trailing ? 1 : 0);
            chains[lane] = new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, startsAtZero: true);
        }

        return ChainMerge.Merge(chains, MergeOrder.Neighbours, NumericFormat.Fp32);
    }

    private static void Add(ImmutableArray<ReductionItem>.Builder items, int start, int stride, int count)
    {
        if (count > 0)
            items.Add(new ReductionSegment(ReductionStep.Add, start, stride, count));
    }
}
