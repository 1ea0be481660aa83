using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>FlashAttention's arithmetic written as loops, against the plan that says the same.</summary>
public sealed class CarriedAttentionTests
{
    private const int Dimension = 8;
    private const int Block = 16;

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(75)]
    public void Accumulators_that_run_on_give_the_bits_of_the_loops(int keys)
    {
        (KeyValueCache cache, float[] query) = Values(keys, 3);
        Run("attention algorithm=online kv_block=16 carry=accumulators sum_lanes=4 sum_vector=2 exp_base=2 p=bf16 divide=reciprocal normalize=output", cache, query, keys)
            .Should().Equal(Normalized(Loops(cache, query, 0, keys)));
    }

    [Fact]
    public void Accumulators_that_run_on_differ_from_block_totals() // the negative control
    {
        (KeyValueCache cache, float[] query) = Values(75, 3);
        const string Plan = "attention algorithm=online kv_block=16 exp_base=2 p=bf16 divide=reciprocal normalize=output sum_lanes=4 sum_vector=2";
        Run(Plan, cache, query, 75).Should().NotEqual(Run(Plan + " carry=accumulators", cache, query, 75));
    }

    [Fact]
    public void Parts_merged_by_log_sum_exp_give_the_bits_of_the_loops()
    {
        const int Keys = 75; // 5 blocks in 2 parts: 48 and 27 keys
        (KeyValueCache cache, float[] query) = Values(Keys, 9);
        float scale = 1 / MathF.Sqrt(Dimension);
        var parts = new[] { Loops(cache, query, 0, 48), Loops(cache, query, 48, Keys) };
        float[] lse = [.. parts.Select(part => MathF.FusedMultiplyAdd(part.Largest, scale, PortableMath.Log(part.Sum)))];
        float most = Math.Max(lse[0], lse[1]);
        float total = PortableMath.Log(PortableMath.Exp(lse[0] - most) + PortableMath.Exp(lse[1] - most)) + most;
        float[] expected = new float[Dimension];
        for (int d = 0; d < Dimension; d++)
            for (int part = 0; part < 2; part++)
                expected[d] = MathF.FusedMultiplyAdd(Normalized(parts[part])[d], PortableMath.Exp(lse[part] - total), expected[d]);

        const string Plan = "attention algorithm=split_kv splits=2 kv_block=16 carry=accumulators sum_lanes=4 sum_vector=2 exp_base=2 p=bf16 divide=reciprocal normalize=output rescale=fma";
        float[] merged = Run(Plan + " part_merge=log_sum_exp", cache, query, Keys);
        merged.Should().Equal(expected);
        Run(Plan, cache, query, Keys).Should().NotEqual(merged);
    }

    [Theory]
    [InlineData("attention carry=accumulators", "it needs algorithm=online or split_kv")]
    [InlineData("attention algorithm=online carry=accumulators pv_lanes=4", "no other pv_ field")]
    [InlineData("attention algorithm=online carry=accumulators pv_step=muladd", "pv_step fma, dot or bf16pair")]
    [InlineData("attention algorithm=online part_merge=log_sum_exp", "part_merge=log_sum_exp belongs to algorithm=split_kv")]
    public void What_does_not_fit_is_refused(string plan, string reason) =>
        FluentActions.Invoking(() => OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 9, 8))).Should().Throw<PlanNotSupportedException>().WithMessage($"*{reason}*");

    private static float[] Run(string plan, KeyValueCache cache, float[] query, int keys)
    {
        float[] output = new float[Dimension];
        new ReferenceKernels().Attention((AttentionProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, keys, Dimension)), query, cache, output);
        return output;
    }

    private static float[] Normalized((float Largest, float Sum, float[] Output) part) => [.. part.Output.Select(value => value * (1 / part.Sum))];

    /// <summary>Keys first .. end - 1: four lanes take two keys each in turn; everything is rescaled when the maximum grows; fma continues in the accumulator.</summary>
    private static (float Largest, float Sum, float[] Output) Loops(KeyValueCache cache, float[] query, int first, int end)
    {
        float scale = 1 / MathF.Sqrt(Dimension) * 1.44269504f;
        float[] lanes = new float[4];
        float[] output = new float[Dimension];
        float running = float.NegativeInfinity;
        for (int start = first; start < end; start += Block)
        {
            int stop = Math.Min(start + Block, end);
            float largest = running;
            for (int key = start; key < stop; key++)
                largest = Math.Max(largest, Score(cache, query, key));
            float factor = start == first ? 1 : PortableMath.Exp2((running - largest) * scale);
            for (int lane = 0; lane < 4; lane++)
                lanes[lane] *= factor;
            for (int d = 0; d < Dimension; d++)
                output[d] *= factor;
            for (int key = start; key < stop; key++)
            {
                float e = PortableMath.Exp2(MathF.FusedMultiplyAdd(Score(cache, query, key), scale, -(largest * scale)));
                lanes[(key - start) / 2 % 4] += e;
                for (int d = 0; d < Dimension; d++)
                    output[d] = MathF.FusedMultiplyAdd(Rounding.ToFormat(e, NumericFormat.Bf16), cache.Values(0)[(key * Dimension) + d], output[d]);
            }

            running = largest;
        }

        return (running, (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]), output);
    }

    private static float Score(KeyValueCache cache, float[] query, int key)
    {
        float sum = query[0] * cache.Keys(0)[key];
        for (int d = 1; d < Dimension; d++)
            sum = MathF.FusedMultiplyAdd(query[d], cache.Keys(0)[(d * cache.Capacity) + key], sum);
        return sum;
    }

    private static (KeyValueCache Cache, float[] Query) Values(int keys, int seed)
    {
        var cache = new KeyValueCache(1, Dimension, keys);
        for (int key = 0; key < keys; key++)
            cache.Append(ConformanceValues.Create(0, seed + (2 * key), Dimension), ConformanceValues.Create(0, seed + (2 * key) + 1, Dimension));
        return (cache, ConformanceValues.Create(0, seed - 1, Dimension));
    }
}
