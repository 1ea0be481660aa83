using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Tests.Plans;

/// <summary>Random chains as a user might write them, in no canonical form, and inputs where roundings, signs of zero and underflow show.</summary>
internal static class ChainSamples
{
    private static readonly NumericFormat[] Accumulators = [NumericFormat.Fp32, NumericFormat.Fp64, NumericFormat.Bf16, NumericFormat.Fp16];

    public static ReductionChain Chain(Random random, int depth, bool mixed)
    {
        int[] order = [.. Enumerable.Range(0, depth)];
        for (int cut = random.Next(3); cut > 0; cut--)
        {
            int start = random.Next(depth);
            order.AsSpan(start, random.Next(1, depth - start + 1)).Reverse();
        }

        if (random.Next(4) == 0)
            random.Shuffle(order);
        return Chain(random, order, mixed, mixed ? Pick(random, Accumulators) : NumericFormat.Fp32, random.Next(1, 5));
    }

    /// <summary>The values of one operand, each exactly a value of the format.</summary>
    public static float[] Values(Random random, int count, NumericFormat format)
    {
        int kind = random.Next(5);
        float[] values = new float[count];
        for (int index = 0; index < count; index++)
            values[index] = (float)RawChainEvaluator.Round(format, Value(random, kind));
        return values;
    }

    /// <summary>The chain with one change that alters its arithmetic: a step, a start, an order or a stored format of its first item.</summary>
    public static ReductionChain Perturb(ReductionChain chain) =>
        new(NumericFormat.Fp32, [new ReductionChain(chain.Accumulator, chain.Items, NumericFormat.Fp16, chain.StartsAtZero)]);

    private static ReductionChain Chain(Random random, ReadOnlySpan<int> order, bool mixed, NumericFormat accumulator, int levels)
    {
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        for (int position = 0; position < order.Length;)
        {
            int count = random.Next(1, order.Length - position + 1);
            ReadOnlySpan<int> part = order.Slice(position, count);
            position += count;
            if (levels > 0 && random.Next(2) == 0)
                items.Add(Chain(random, part, mixed, mixed && random.Next(3) == 0 ? Pick(random, Accumulators) : accumulator, levels - 1));
            else
                Segments(random, items, part, Step(random, mixed, accumulator));
        }

        NumericFormat? stored = mixed && random.Next(5) == 0 ? Pick(random, Accumulators) : null;
        return new ReductionChain(accumulator, items.ToImmutable(), stored, random.Next(6) == 0);
    }

    private static void Segments(Random random, ImmutableArray<ReductionItem>.Builder items, ReadOnlySpan<int> part, ReductionStep step)
    {
        for (int position = 0; position < part.Length;)
        {
            int stride = position + 1 < part.Length ? part[position + 1] - part[position] : 1;
            int count = 1;
            while (position + count < part.Length && part[position + count] == part[position] + (count * stride))
                count++;
            count = random.Next(1, count + 1);
            items.Add(new ReductionSegment(step, part[position], stride, count));
            position += count;
        }
    }

    private static ReductionStep Step(Random random, bool mixed, NumericFormat accumulator) => random.Next(mixed ? 8 : 5) switch
    {
        0 or 1 => ReductionStep.Fma,
        2 or 3 => ReductionStep.MulAdd,
        4 => ReductionStep.Add,
        5 => ReductionStep.MulAddProduct(NumericFormat.Fp32),
        6 when accumulator == NumericFormat.Fp32 => ReductionStep.Dot(random.Next(1, 5), 24),
        7 when accumulator == NumericFormat.Fp32 => ReductionStep.Bf16Pair,
        _ => ReductionStep.Fma,
    };

    private static float Value(Random random, int kind) => (kind, random.Next(8)) switch
    {
        (_, 0) => random.Next(2) == 0 ? 0.0f : -0.0f,
        (0, _) => (random.Next(2) == 0 ? 1 : -1) * MathF.ScaleB(1 + random.NextSingle(), random.Next(-78, -60)), // products underflow
        (1, 1) => random.Next(2) == 0 ? float.PositiveInfinity : float.NegativeInfinity,
        (1, _) => (random.Next(2) == 0 ? 1 : -1) * MathF.ScaleB(1 + random.NextSingle(), random.Next(55, 66)), // products overflow
        (2, _) => BitConverter.UInt32BitsToSingle((uint)random.Next(1, 1 << 24) | ((uint)random.Next(2) << 31)), // subnormal
        _ => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-3, 4)),
    };

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];
}
