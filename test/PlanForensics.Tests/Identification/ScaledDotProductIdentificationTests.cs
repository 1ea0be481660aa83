using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Identification;

public sealed class ScaledDotProductIdentificationTests
{
    private const int Elements = 2 * 4 * 33 * 32;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PyTorch_s_recorded_attention_is_named_in_full(bool causal)
    {
        IdentificationResult result = OperatorIdentification.Default.Identify(RecordedRows.Attention(causal));
        result.Verdict.Should().Be(IdentificationVerdict.Identified);
        result.Plans.Should().ContainSingle().Which.Should().Match<ScoredPlan>(plan => plan.Plan == "scaled_dot_product" && plan.Reproduced == Elements);
        result.RunnerUp!.Plan.Should().StartWith("scaled_dot_product lanes=8");
    }

    [Fact]
    public void One_wrong_bit_leaves_the_attention_unexplained() =>
        OperatorIdentification.Default.Identify(RecordedRows.Spoilt(RecordedRows.Attention(true), "q", "k", "v")).Verdict.Should().Be(IdentificationVerdict.Unexplained);

    [Theory] // negative controls: the decode row (the 33rd) and the rest react to a wrong block of queries, vector and block of keys
    [InlineData("scaled_dot_product q_block=33")]
    [InlineData("scaled_dot_product lanes=8")]
    [InlineData("scaled_dot_product kv_block=32")]
    [InlineData("attention")]
    public void Another_plan_is_seen(string text)
    {
        RecordedOperator recorded = RecordedRows.Attention(false);
        OperatorPlan plan = OperatorPlan.Parse(text);
        float[] output = new float[Elements];
        if (plan.Lower(new OperatorShape(33, 33, 32)) is ScaledDotProductProgram program)
            KernelSelection.Default.ScaledDotProduct(program, Scale, false, Floats(recorded, "q"), Floats(recorded, "k"), Floats(recorded, "v"), [], output);
        else
            Naive((AttentionProgram)plan.Lower(new OperatorShape(33, 33, 32)), recorded, output);
        float[] expected = RecordedRows.Floats(recorded.Output);
        output.Where((value, index) => value != expected[index]).Count().Should().BeGreaterThan(100);
        output.Zip(expected, (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Threads_count_only_where_a_block_s_output_moves()
    {
        Text("scaled_dot_product threads=2", 33, 33, 32).Should().Be(Text("scaled_dot_product", 33, 33, 32)); // workspaces of 32 * (33 + 2 + 32) floats, whole vectors
        Text("scaled_dot_product threads=2", 1, 33, 32).Should().NotBe(Text("scaled_dot_product", 1, 33, 32)); // one of 67 floats
        Text("scaled_dot_product threads=2", 5, 33, 32).Should().Be(Text("scaled_dot_product", 5, 33, 32)); // 5 rows: fma chains
    }

    [Fact]
    public void Vectors_of_8_and_16_lanes_are_one_program_exactly_where_they_give_the_same_bits()
    {
        var random = new Random(3);
        float[] q = Normals(random, 40 * 8);
        for (int keys = 1; keys <= 40; keys++)
        {
            (float[] k, float[] v) = (Normals(random, keys * 8), Normals(random, keys * 8));
            float[][] outputs = [.. new[] { 8, 16 }.Select(lanes =>
            {
                float[] output = new float[q.Length];
                var program = (ScaledDotProductProgram)OperatorPlan.Parse("scaled_dot_product lanes=" + lanes).Lower(new OperatorShape(40, keys, 8));
                KernelSelection.Default.ScaledDotProduct(program, 0.35355338f, false, q, k, v, [], output);
                return output;
            })];
            outputs[0].SequenceEqual(outputs[1]).Should().Be(Text("scaled_dot_product lanes=8", 40, keys, 8) == Text("scaled_dot_product", 40, keys, 8), "keys = {0}", keys);
        }
    }

    [Fact]
    public void A_mask_of_minus_infinities_over_later_keys_is_causal_attention()
    {
        RecordedOperator recorded = RecordedRows.Attention(true);
        float[] mask = [.. Enumerable.Range(0, 33 * 33).Select(index => index % 33 > index / 33 ? float.NegativeInfinity : -0f)];
        float[] output = new float[Elements];
        var program = (ScaledDotProductProgram)new ScaledDotProductPlan().Lower(new OperatorShape(33, 33, 32));
        KernelSelection.Default.ScaledDotProduct(program, Scale, false, Floats(recorded, "q"), Floats(recorded, "k"), Floats(recorded, "v"), mask, output);
        output.Should().Equal(RecordedRows.Floats(recorded.Output));
        FluentActions.Invoking(() => KernelSelection.Default.ScaledDotProduct(program, Scale, false, Floats(recorded, "q"), Floats(recorded, "k"), Floats(recorded, "v"), new float[7], output))
            .Should().Throw<ArgumentException>().WithMessage("*1089 values*");
    }

    [Fact]
    public void The_rule_declines_what_it_does_not_know()
    {
        foreach (PlanForensics.Engines.Aten.ScaledDotProduct family in EngineCatalog.Attentions)
        {
            family.PlanFor(8, 33, 30, 1).Reason.Should().Contain("multiples of 4");
            family.PlanFor(1, 5, 32, 2).Reason.Should().Contain("one task");
            family.PlanFor(1, 5, 32, 1).Plan.Should().NotBeNull();
        }

        FluentActions.Invoking(() => Text("scaled_dot_product", 4, 4, 30)).Should().Throw<PlanNotSupportedException>();
    }

    private static float[] Normals(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];

    private static float Scale => (float)(1 / Math.Sqrt(32));

    private static string Text(string plan, int queries, int keys, int depth) => OperatorPlan.Parse(plan).Lower(new OperatorShape(queries, keys, depth)).Text;

    private static float[] Floats(RecordedOperator recorded, string name) => RecordedRows.Floats(recorded.Get(name));

    private static void Naive(AttentionProgram program, RecordedOperator recorded, float[] output)
    {
        for (int head = 0; head < 8; head++)
        {
            var cache = new KeyValueCache(1, 32, 33);
            for (int key = 0; key < 33; key++)
                cache.Append(Floats(recorded, "k").AsSpan(((head * 33) + key) * 32, 32), Floats(recorded, "v").AsSpan(((head * 33) + key) * 32, 32));
            for (int row = 0; row < 33; row++)
                KernelSelection.Default.Attention(program, Floats(recorded, "q").AsSpan(((head * 33) + row) * 32, 32), cache, output.AsSpan(((head * 33) + row) * 32, 32));
        }
    }
}
