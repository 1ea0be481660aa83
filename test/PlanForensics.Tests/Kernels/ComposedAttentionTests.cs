using FluentAssertions;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Kernels;

/// <summary>Attention composed of matrix products against loops written down from its documentation.</summary>
public sealed class ComposedAttentionTests
{
    public static TheoryData<string, int, int> Cases { get; } = new()
    {
        { "composed{attention | gemm | gemm}", 1, 9 },
        { "composed{attention | gemm step=muladd start=zero | gemm}", 4, 4 },
        { "composed{attention sum_lanes=8 math=sleef divide=reciprocal | gemm | map{0..1x*: gemm lanes=2; *x0..2: gemm step=muladd; *x*: gemm}}", 5, 21 },
        { "composed{attention sum_lanes=8 sum_lane_merge=forward math=glibc divide=reciprocal scaled=bf16 p=bf16 | gemm step=muladd acc=bf16 out=bf16 start=zero | gemm out=bf16}", 3, 17 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_kernel_gives_the_bits_of_the_loops(string text, int rows, int keys)
    {
        const int Dimension = 6, Heads = 4, KeyHeads = 2;
        var plan = (ComposedAttentionPlan)OperatorPlan.Parse(text);
        var program = (ComposedAttentionProgram)plan.Lower(new OperatorShape(rows, keys, Dimension));
        var random = new Random(rows + keys);
        bool narrow = plan.Scaled == NumericFormat.Bf16;
        float Next() => narrow ? Rounding.ToFormat((random.NextSingle() * 4) - 2, NumericFormat.Bf16) : (random.NextSingle() * 4) - 2;
        var cache = new KeyValueCache(KeyHeads, Dimension);
        for (int key = 0; key < keys; key++)
            cache.Append([.. Enumerable.Range(0, KeyHeads * Dimension).Select(_ => Next())], [.. Enumerable.Range(0, KeyHeads * Dimension).Select(_ => Next())]);
        float[] query = [.. Enumerable.Range(0, rows * Heads * Dimension).Select(_ => Next())];
        float[] expected = Loops(program, query, cache, Heads);

        foreach (IOperatorKernels kernels in KernelSelection.Available)
        {
            float[] output = new float[query.Length];
            ComposedAttention.Run(kernels, program, query, cache, output);
            output.Should().Equal(expected, (a, b) => BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b), kernels.Name);
        }
    }

    [Fact]
    public void The_first_row_of_a_prefill_is_the_first_value_whatever_masked_keys_hold() // one visible key: probability 1, the others 0
    {
        var program = (ComposedAttentionProgram)new ComposedAttentionPlan().Lower(new OperatorShape(3, 3, 2));
        var cache = new KeyValueCache(1, 2);
        cache.Append([1, 2], [0.3f, -7]);
        cache.Append([100, 100], [5, 5]);
        cache.Append([-3, 9], [1e30f, 4]);
        float[] output = new float[6];

        ComposedAttention.Run(KernelSelection.Default, program, [1, 1, 1, 1, 1, 1], cache, output);

        output[..2].Should().Equal(0.3f, -7);
        output[2..4].Should().Equal(5, 5); // exp(3 - 200) is 0 in binary32
    }

    [Fact]
    public void An_order_that_must_differ_differs() // negative control
    {
        OperatorShape shape = new(1, 32, 16);
        string[] programs = [.. new[] { "composed{attention | gemm | gemm}", "composed{attention sum_lanes=8 | gemm | gemm}", "composed{attention | gemm | gemm lanes=2}" }
            .Select(text => OperatorPlan.Parse(text).Lower(shape).Text)];
        programs.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("composed{attention | gemm}", "expected attention FIELDS | SCORES | VALUES")]
    [InlineData("composed{attention | norm | gemm}", "a gemm, a map or a program")]
    [InlineData("composed{attention width=3 | gemm | gemm}", "has no field width")]
    [InlineData("composed{attention | gemm step=x | gemm}", "step")]
    [InlineData("composed{attention | gemm | gemm", "expected \"}\"")]
    public void A_text_that_is_no_plan_is_refused(string text, string problem) =>
        FluentActions.Invoking(() => OperatorPlan.Parse(text)).Should().Throw<PlanFormatException>().WithMessage($"*{problem}*");

    private static float[] Loops(ComposedAttentionProgram program, float[] query, KeyValueCache cache, int heads)
    {
        int dimension = program.HeadDimension;
        float[] output = new float[query.Length];
        float scale = Rounding.ToFormat((float)(1 / Math.Sqrt(dimension)), program.Scaled);
        float lowest = program.Scaled == NumericFormat.Bf16 ? -3.3895313892515355e38f : float.MinValue;
        for (int row = 0; row < program.Rows; row++)
        {
            for (int head = 0; head < heads; head++)
            {
                int keyHead = head * cache.Heads / heads;
                int at = ((row * heads) + head) * dimension;
                float[] scores = new float[program.Keys];
                for (int key = 0; key < scores.Length; key++)
                {
                    float[] k = [.. Enumerable.Range(0, dimension).Select(d => cache.Keys(keyHead)[(d * cache.Capacity) + key])];
                    float score = Rounding.ToFormat(Run(program.Scores, row, key, query[at..(at + dimension)], k) * scale, program.Scaled);
                    float mask = program.Rows == 1 || key <= program.Keys - program.Rows + row ? 0 : lowest;
                    scores[key] = Rounding.ToFormat(score + mask, program.Scaled);
                }

                float largest = scores.Max();
                float[] exponentials = [.. scores.Select(score => Exp(program.Math, score - largest))];
                float sum = PlanForensics.Kernels.Reference.ReductionInterpreter.Run(program.Sum, exponentials, default);
                float[] p = [.. exponentials.Select(e => Rounding.ToFormat(program.Divide == Division.Divide ? e / sum : e * (1 / sum), program.Probabilities))];
                for (int d = 0; d < dimension; d++)
                {
                    float[] v = [.. Enumerable.Range(0, p.Length).Select(key => cache.Values(keyHead)[(key * dimension) + d])];
                    output[at + d] = Run(program.Values, row, d, p, v);
                }
            }
        }

        return output;
    }

    private static float Exp(MathPath path, float x) => path switch { MathPath.Sleef => SleefMath.Exp(x), MathPath.Glibc => GlibcMath.Exp(x), _ => PortableMath.Exp(x) };

    private static float Run(GemmProgram program, int row, int column, float[] a, float[] b) => PlanForensics.Kernels.Reference.ReductionInterpreter.Run(
        program.Regions.First(region => row >= region.RowStart && row < region.RowStart + region.RowCount && column >= region.ColumnStart && column < region.ColumnStart + region.ColumnCount).Program, a, b);
}
