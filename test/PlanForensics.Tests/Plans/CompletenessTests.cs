using System.Collections.Immutable;
using System.Security.Cryptography;
using FluentAssertions;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Plans;

public sealed class CompletenessTests
{
    private static readonly ReductionStep[] Steps = [ReductionStep.Fma, ReductionStep.MulAdd];

    [Theory]
    [InlineData(2, false, 20)]
    [InlineData(3, false, 700)]
    [InlineData(2, true, 20)]
    [InlineData(3, true, 700)]
    public void Every_way_to_write_a_few_products_has_as_many_texts_as_there_are_results(int depth, bool zero, int fewest)
    {
        var random = new Random(5);
        (float[] A, float[] B)[] inputs = [.. Enumerable.Range(0, 500).Select(_ => Input(random, depth))];
        var texts = new Dictionary<string, HashSet<string>>();
        int written = 0;
        foreach (ReductionChain chain in Permutations([.. Enumerable.Range(0, depth)]).SelectMany(order => Items(order, 2).Select(items => new ReductionChain(NumericFormat.Fp32, items, null, zero))))
        {
            byte[] bits = [.. inputs.SelectMany(input => BitConverter.GetBytes((float)RawChainEvaluator.Evaluate(chain, input.A, input.B)))];
            string hash = Convert.ToHexString(SHA256.HashData(bits));
            if (!texts.TryGetValue(hash, out HashSet<string>? set))
                texts[hash] = set = [];
            set.Add(new ReductionProgram(depth, chain, NumericFormat.Fp32, NumericFormat.Fp32).Text);
            written++;
        }

        written.Should().BeGreaterThan(fewest);
        string[] split = [.. texts.Values.Where(set => set.Count > 1).Select(set => string.Join("  =  ", set))];
        split.Should().BeEmpty();
    }

    // Equal bits, different texts: known, harmless (a class is replayed twice), listed in docs/plan-semantics.md.
    [Theory]
    [InlineData("k=4 a=bf16 b=bf16 : fp32(dot<4,24,rz> 0..3)", "k=4 a=bf16 b=bf16 : fp32(dot<4,24,rz> 3..0:-1)")] // a block is an exact sum of cut terms
    [InlineData("k=3 a=fp32 b=fp32 : int32(add 0..2)", "k=3 a=fp32 b=fp32 : int32(add 2..0:-1)")] // integer sums have no order
    public void These_equal_programs_keep_two_texts(string one, string other) =>
        ReductionProgram.Parse(one).Should().NotBe(ReductionProgram.Parse(other));

    /// <summary>Products that are zeros of both signs, that underflow, that cancel, or that round.</summary>
    private static (float[] A, float[] B) Input(Random random, int depth)
    {
        (float A, float B)[] terms = [.. Enumerable.Range(0, depth).Select(_ => random.Next(8) switch
        {
            0 or 1 => (-0.0f, 1.0f),
            2 => (0.0f, 1.0f),
            3 => (-MathF.ScaleB(1, -90), MathF.ScaleB(1 + random.NextSingle(), -70)),
            4 => (MathF.ScaleB(1, -90), MathF.ScaleB(1 + random.NextSingle(), -70)),
            _ => (random.NextSingle() - 0.5f, random.NextSingle()),
        })];
        return ([.. terms.Select(term => term.A)], [.. terms.Select(term => term.B)]);
    }

    private static IEnumerable<ImmutableArray<ReductionItem>> Items(int[] order, int levels)
    {
        if (order.Length == 0)
            return [[]];
        return from count in Enumerable.Range(1, order.Length)
               from first in First(order[..count], levels)
               from rest in Items(order[count..], levels)
               select rest.Insert(0, first);
    }

    private static IEnumerable<ReductionItem> First(int[] part, int levels)
    {
        if (part.Length == 1)
            foreach (ReductionStep step in Steps)
                yield return new ReductionSegment(step, part[0], 1, 1);
        if (levels > 0)
            foreach (ImmutableArray<ReductionItem> items in Items(part, levels - 1))
                yield return new ReductionChain(NumericFormat.Fp32, items);
    }

    private static IEnumerable<int[]> Permutations(int[] values) => values.Length <= 1
        ? [values]
        : values.SelectMany(first => Permutations([.. values.Where(value => value != first)]).Select(rest => (int[])[first, .. rest]));
}
