using System.Collections.Immutable;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;

namespace PlanForensics.Tests.Probing;

/// <summary>Random programs, and black boxes that run them.</summary>
internal static class ProbedPrograms
{
    private enum Start
    {
        First,
        RootAtZero,
        InnermostAtZero,
    }

    private static readonly ImmutableArray<EpilogueStep> ToFp32 = [new EpilogueStep(EpilogueKind.Round, NumericFormat.Fp32)];

    /// <summary>Runs a program as a sum or a dot product.</summary>
    public static BlackBox Box(ReductionProgram program)
    {
        bool products = !program.Text.Contains("(add ", StringComparison.Ordinal) && !program.Text.Contains(" add ", StringComparison.Ordinal);
        BlackBox box = products
            ? BlackBox.Dot(program.Depth, (a, b) => ReductionInterpreter.Run(program, a, b))
            : BlackBox.Sum(program.Depth, values => ReductionInterpreter.Run(program, values, []));
        return box with { Operand = program.OperandA, Output = program.Output };
    }

    /// <summary>The bits of a program's result on inputs of zeros of both signs, products that underflow, and a few ordinary values.</summary>
    public static int Run(ReductionProgram program, int seed)
    {
        var random = new Random(seed);
        int kind = random.Next(3);
        float[] a = new float[program.Depth];
        float[] b = new float[program.Depth];
        for (int term = 0; term < a.Length; term++)
        {
            a[term] = random.Next(kind + 2) switch { 0 => -0.0f, 1 => -MathF.ScaleB(1, -100), 2 => 0.0f, _ => random.NextSingle() - 0.5f };
            b[term] = random.Next(2) == 0 ? MathF.ScaleB(1, -100) : 1;
        }

        return BitConverter.SingleToInt32Bits(ReductionInterpreter.Run(program, a, b));
    }

    public static ReductionProgram Sum(int seed)
    {
        var random = new Random(seed);
        return Program(Chain(random, Terms(random, 32), 0, _ => ReductionStep.Add, (Start)random.Next(3)));
    }

    public static ReductionProgram Products(int seed)
    {
        var random = new Random(seed);
        int fused = random.Next(3); // none, all, some
        return Program(Chain(random, Terms(random, 32), 0, other => fused == 1 || (fused == 2 && other.Next(2) == 0) ? ReductionStep.Fma : ReductionStep.MulAdd, (Start)random.Next(3)));
    }

    /// <summary>A plan's cuts: lanes, blocks, split-K, sliced-K.</summary>
    public static ReductionProgram Cut(int seed)
    {
        var random = new Random(seed);
        for (int depth = random.Next(2, 48); ; depth++)
        {
            GemmPlan plan = Plans.PlanSamples.Lowering(random, depth) with { Staging = NumericFormat.Fp32, MergeAccumulator = NumericFormat.Fp32 };
            try
            {
                return ((GemmProgram)plan.Lower(new OperatorShape(1, 1, depth))).Uniform!;
            }
            catch (PlanNotSupportedException)
            {
                // some cuts do not fit this depth
            }
        }
    }

    /// <summary>Slices of matrix-unit chains, L of at least four so that alignment and rounding can be asked.</summary>
    public static ReductionProgram Fused(int seed)
    {
        var random = new Random(seed);
        int length = random.Next(4, 20);
        DotRounding rounding = random.Next(2) == 0 ? DotRounding.TowardZeroFp32 : DotRounding.TowardZeroE8M13;
        ReductionStep step = ReductionStep.Dot(length, rounding == DotRounding.TowardZeroE8M13 ? random.Next(13, 24) : random.Next(23, 28), rounding);
        var slices = ImmutableArray.CreateBuilder<ReductionItem>();
        int start = 0;
        int count = random.Next(1, 4);
        for (int slice = 0; slice < count; slice++)
        {
            int terms = length * random.Next(1, 4) + random.Next(length > 4 ? 3 : 1) * 2;
            slices.Add(new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(step, start, 1, terms)]));
            start += terms;
        }

        return new ReductionProgram(start, new ReductionChain(NumericFormat.Fp32, slices.ToImmutable()), NumericFormat.Fp16, NumericFormat.Fp16, ToFp32);
    }

    /// <summary>Slices kept in bf16, fp16 or fp64 between chains of fp32, or chains of fp64 inside.</summary>
    public static ReductionProgram Mixed(int seed)
    {
        var random = new Random(seed);
        bool wide = random.Next(2) == 0;
        ReductionStep step = random.Next(2) == 0 ? ReductionStep.Fma : ReductionStep.MulAdd;
        var slices = ImmutableArray.CreateBuilder<ReductionItem>();
        int start = 0;
        int count = random.Next(2, 5);
        for (int slice = 0; slice < count; slice++)
        {
            int terms = random.Next(3, 12);
            slices.Add(wide
                ? new ReductionChain(slice % 2 == 0 ? NumericFormat.Fp64 : NumericFormat.Fp32, [new ReductionSegment(slice % 2 == 0 ? ReductionStep.Fma : step, start, 1, terms)])
                : new ReductionChain(NumericFormat.Fp32, [new ReductionSegment(step, start, 1, terms)], random.Next(2) == 0 ? NumericFormat.Bf16 : NumericFormat.Fp16));
            start += terms;
        }

        NumericFormat total = wide ? NumericFormat.Fp64 : NumericFormat.Fp32;
        return new ReductionProgram(start, new ReductionChain(total, slices.ToImmutable()), NumericFormat.Fp32, NumericFormat.Fp32, ToFp32);
    }

    private static ReductionProgram Program(ReductionChain root) => new(root.TermCount, root, NumericFormat.Fp32, NumericFormat.Fp32, ToFp32);

    private static int[] Terms(Random random, int most)
    {
        int[] terms = [.. Enumerable.Range(0, random.Next(2, most))];
        if (random.Next(3) == 0)
            random.Shuffle(terms);
        else if (random.Next(2) == 0)
            Array.Sort([.. terms.Select(term => term % 4)], terms);
        if (random.Next(3) == 0)
            Array.Reverse(terms);
        return terms;
    }

    private static ReductionChain Chain(Random random, ReadOnlySpan<int> terms, int depth, Func<Random, ReductionStep> step, Start start)
    {
        var items = ImmutableArray.CreateBuilder<ReductionItem>();
        while (terms.Length > 0)
        {
            int count = random.Next(1, terms.Length + 1);
            if (depth < 6 && random.Next(3) == 0)
            {
                items.Add(Chain(random, terms[..count], depth + 1, step, start));
            }
            else
            {
                foreach (int term in terms[..count])
                    items.Add(new ReductionSegment(step(random), term, 1, 1));
            }

            terms = terms[count..];
        }

        bool zero = start switch
        {
            Start.RootAtZero => depth == 0,
            Start.InnermostAtZero => items.All(item => item is ReductionSegment),
            _ => false,
        };
        return new ReductionChain(NumericFormat.Fp32, items.ToImmutable(), null, zero);
    }
}
