using FluentAssertions;
using PlanForensics.Conformance;
using PlanForensics.Kernels;
using PlanForensics.Kernels.Reference;
using PlanForensics.Kernels.TensorCores;
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
    [InlineData("flash_attention_2", "A100", 8)]
    [InlineData("flash_attention_3", "H100", 16)]
    public void The_named_flash_attentions_run_on_the_matrix_unit_of_their_GPU(string name, string gpu, int terms)
    {
        const int Keys = 300; // blocks of 128, 128 and 44 keys
        (KeyValueCache cache, float[] query) = Values(Keys, 21, bf16: true);
        TensorCoreModel unit = TensorCoreCatalog.Get(gpu, NumericFormat.Bf16, NumericFormat.Fp32);
        float Products(float[] a, float[] b, float sum)
        {
            for (int first = 0; first < a.Length; first += terms)
                sum = TensorCore.MultiplyAdd(unit, Padded(a, first, terms), Padded(b, first, terms), sum);
            return sum;
        }

        float scale = 1 / MathF.Sqrt(Dimension) * 1.44269504f;
        float[] scores = [.. Enumerable.Range(0, Keys).Select(key => Products(query, [.. Enumerable.Range(0, Dimension).Select(d => cache.Keys(0)[(d * cache.Capacity) + key])], 0))];
        float[] lanes = new float[4];
        float[] output = new float[Dimension];
        float running = float.NegativeInfinity;
        for (int start = 0; start < Keys; start += 128)
        {
            float[] block = scores[start..Math.Min(start + 128, Keys)];
            float largest = Math.Max(running, block.Max());
            float factor = start == 0 ? 1 : PortableMath.Exp2((running - largest) * scale);
            float[] e = [.. block.Select(score => PortableMath.Exp2(MathF.FusedMultiplyAdd(score, scale, -(largest * scale))))];
            for (int lane = 0; lane < 4; lane++)
                lanes[lane] *= factor;
            for (int key = 0; key < e.Length; key++)
                lanes[key / 2 % 4] += e[key];
            for (int d = 0; d < Dimension; d++)
                output[d] = Products(
                    [.. e.Select(value => Rounding.ToFormat(value, NumericFormat.Bf16))], [.. Enumerable.Range(start, e.Length).Select(key => cache.Values(0)[(key * Dimension) + d])], output[d] * factor);
            running = largest;
        }

        float sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
        float[] expected = [.. output.Select(value => Rounding.ToFormat(value * (1 / sum), NumericFormat.Bf16))];
        Run(PlanCatalog.Attentions[name].Text, cache, query, Keys).Should().Equal(expected);
        // The bf16 output hides much: without the last rounding the other unit's result differs, and so does a sum that starts anew in each block.
        AttentionPlan wide = PlanCatalog.Attentions[name] with { Output = NumericFormat.Fp32 };
        float[] precise = Run(wide.Text, cache, query, Keys);
        precise.Should().Equal(output.Select(value => value * (1 / sum)));
        Run((wide with { Carry = AttentionCarry.Totals }).Text, cache, query, Keys).Should().NotEqual(precise);
        Run((PlanCatalog.Attentions[name == "flash_attention_2" ? "flash_attention_3" : "flash_attention_2"] with { Output = NumericFormat.Fp32 }).Text, cache, query, Keys).Should().NotEqual(precise);
    }

    [Fact]
    public void Every_named_attention_runs()
    {
        (KeyValueCache cache, float[] query) = Values(700, 5, bf16: true);
        PlanCatalog.Attentions.Should().AllSatisfy(entry => Run(entry.Value.Text, cache, query, 700).Should().OnlyContain(value => float.IsFinite(value)));
    }

    [Theory]
    [InlineData("attention carry=accumulators", "it needs algorithm=online or split_kv")]
    [InlineData("attention algorithm=online carry=accumulators pv_lanes=4", "only pv_operand")]
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

    private static float[] Padded(float[] values, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(index => index < values.Length ? values[index] : 0)];

    private static (KeyValueCache Cache, float[] Query) Values(int keys, int seed, bool bf16 = false)
    {
        float[] Create(int from) => [.. ConformanceValues.Create(0, from, Dimension).Select(value => bf16 ? Rounding.ToFormat(value, NumericFormat.Bf16) : value)];
        var cache = new KeyValueCache(1, Dimension, keys);
        for (int key = 0; key < keys; key++)
            cache.Append(Create(seed + (2 * key)), Create(seed + (2 * key) + 1));
        return (cache, Create(seed - 1));
    }
}
