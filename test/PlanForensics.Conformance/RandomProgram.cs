using System.Collections.Immutable;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Conformance;

/// <summary>Programs of random shape: any nesting, strides of both signs, every accumulator and stored format.</summary>
public static class RandomProgram
{
    private static readonly NumericFormat[] Accumulators = [NumericFormat.Fp32, NumericFormat.Fp32, NumericFormat.Fp64, NumericFormat.Bf16, NumericFormat.Fp16];

    private static readonly NumericFormat[] Stored =
        [NumericFormat.Fp32, NumericFormat.Fp64, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2];

    private static readonly NumericFormat[] Operands =
        [NumericFormat.Fp32, NumericFormat.Tf32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2];

    private static readonly NumericFormat[] Results = [NumericFormat.Fp32, NumericFormat.Bf16, NumericFormat.Fp16, NumericFormat.Fp8E4M3, NumericFormat.Fp8E5M2];

    public static ReductionProgram Create(int seed, OperatorShape shape)
    {
        var random = new Random(seed);
        int[] terms = [.. Enumerable.Range(0, shape.Depth)];
        if (random.Next(3) == 0)
            random.Shuffle(terms);
        else if (random.Next(2) == 0)
            Array.Sort([.. terms.Select(term => term % 4)], terms);
        if (random.Next(2) == 0)
            Array.Reverse(terms);
        var epilogue = ImmutableArray.CreateBuilder<EpilogueStep>();
        if (shape.HasBias)
            epilogue.Add(new EpilogueStep(EpilogueKind.Bias, Any(random, Results)));
        if (random.Next(3) > 0)
            epilogue.Add(new EpilogueStep(EpilogueKind.Round, Any(random, Results)));
        return new ReductionProgram(shape.Depth, Chain(random, terms, 0), Any(random, Operands[..^2]), Any(random, Operands), epilogue.ToImmutable());
    }

    private static ReductionChain Chain(Random random, ReadOnlySpan<int> terms, int depth)
    {
        NumericFormat accumulator = Any(random, Accumulators);
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        while (terms.Length > 0)
        {
            int count = random.Next(1, terms.Length + 1);
            if (depth < 6 && random.Next(3) == 0)
                items.Add(Chain(random, terms[..count], depth + 1));
            else
                count = AddSegment(random, terms[..count], accumulator, items);
            terms = terms[count..];
        }

        return new ReductionChain(accumulator, items.ToImmutable(), random.Next(2) == 0 ? null : Any(random, Stored), random.Next(3) == 0);
    }

    private static int AddSegment(Random random, ReadOnlySpan<int> terms, NumericFormat accumulator, ImmutableArray<ReductionItem>.Builder items)
    {
        int stride = terms.Length > 1 ? terms[1] - terms[0] : 1;
        int count = 1;
        while (count < terms.Length && terms[count] == terms[0] + (stride * count))
            count++;
        ReductionStep step = random.Next(6) switch
        {
            0 => ReductionStep.MulAdd,
            1 => ReductionStep.Add,
            2 => ReductionStep.MulAddProduct(NumericFormat.Fp32),
            3 when accumulator == NumericFormat.Fp32 => ReductionStep.Bf16Pair,
            _ => ReductionStep.Fma,
        };
        items.Add(new ReductionSegment(step, terms[0], count == 1 ? 1 : stride, count));
        return count;
    }

    private static NumericFormat Any(Random random, NumericFormat[] formats) => formats[random.Next(formats.Length)];
}
