using CsCheck;
using FluentAssertions;
using PlanForensics.Kernels.Reference;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Probing;
using PlanForensics.Tests.Probing.Live;
using Xunit;

namespace PlanForensics.Tests.Probing;

public sealed class SoftmaxProbeTests(ITestOutputHelper output)
{
    [Fact]
    public void Random_orders_of_a_denominator_are_recovered() => Gen.Int[0, 1 << 28].Sample(
        seed =>
        {
            ReductionProgram program = ProbedPrograms.Sum(seed);
            ProbeReport report = SoftmaxProbe.Run(64, program.Depth, (x, y) => Softmax(program, x, y));
            report.Outcome.Should().Be(ProbeOutcome.Recovered, "{0}: {1}", program.Text, report.Reason);
            report.Classes[0].Tree.Should().Be(SummationTree.Of(program), program.Text);
        },
        iter: 60);

    [Theory]
    [InlineData(130, "sum lanes=16")]
    [InlineData(48, "sum lanes=8 lane_merge=neighbours")]
    [InlineData(33, "sum")]
    public void A_denominators_plan_is_named(int width, string plan)
    {
        ReductionProgram program = ((SumProgram)OperatorPlan.Parse(plan).Lower(new OperatorShape(1, 1, width))).Sum;
        ProbeReport report = SoftmaxProbe.Run(256, width, (x, y) => Softmax(program, x, y));
        report.Plan!.Text.Should().Be(plan);
        report.Calls.Total.Should().BeLessThan(40);
        report.Pairs.Should().BeLessThan(width * width);
    }

    [Fact]
    public void Denominators_in_double_and_random_orders_are_told()
    {
        foreach (string end in (string[])["", " -> round fp32"])
        {
            ReductionProgram wide = ReductionProgram.Parse("k=40 a=fp32 b=fp32 : fp64(add 0..39)" + end);
            ProbeReport report = SoftmaxProbe.Run(16, 40, (x, y) => Softmax(wide, x, y));
            report.Outcome.Should().Be(ProbeOutcome.TooNarrow);
            report.Reason.Should().Contain("more than binary32");
        }

        var arrival = new Random(3);
        SoftmaxProbe.Run(16, 40, (x, y) =>
        {
            int[] order = [.. Enumerable.Range(0, 40)];
            arrival.Shuffle(order);
            float sum = 0;
            float[] exponentials = [.. x.ToArray().Select(PortableMath.Exp)];
            for (int row = 0; row < 16; row++)
            {
                sum = 0;
                foreach (int term in order)
                    sum += exponentials[(row * 40) + term];
                for (int term = 0; term < 40; term++)
                    y[(row * 40) + term] = exponentials[(row * 40) + term] / sum;
            }
        }).Outcome.Should().BeOneOf(ProbeOutcome.NotDeterministic, ProbeOutcome.Inconsistent);
    }

    [Fact]
    public void Onnx_runtimes_softmax_adds_in_the_order_that_is_probed()
    {
        int seed = LiveSeed.Next();
        int width = new Random(seed).Next(2, 200);
        using OnnxSession session = OnnxSession.Open("Softmax", 1, [("X", [128, width])], [128, width]);
        ProbeReport report = SoftmaxProbe.Run(128, width, (x, y) => session.Run(y, x));
        output.WriteLine($"Softmax width {width} seed {seed}: {report.Outcome} {report.Reason} {report.Calls.Total} calls, {report.Pairs} triples, {report.Elapsed.TotalMilliseconds:F0} ms, {report.Classes[0].Plan!.Text}");
        report.Outcome.Should().Be(ProbeOutcome.Recovered, "width {0} seed {1}: {2}", width, seed, report.Reason);
        float[] values = LiveSeed.Values(new Random(seed), 128 * width);
        float[] expected = new float[values.Length];
        float[] replayed = new float[values.Length];
        session.Run(expected, values);
        for (int row = 0; row < 128; row++)
            Replay(report.Classes[0].Program!, values.AsSpan(row * width, width), replayed.AsSpan(row * width, width));
        replayed.Select(BitConverter.SingleToInt32Bits).Should().Equal(expected.Select(BitConverter.SingleToInt32Bits), "width {0} seed {1}", width, seed);
    }

    /// <summary>MLAS: its own exponential, then multiplication by the reciprocal of the sum.</summary>
    private static void Replay(ReductionProgram sum, ReadOnlySpan<float> x, Span<float> y)
    {
        float largest = x[0];
        foreach (float value in x)
            largest = Math.Max(largest, value);
        float[] exponentials = new float[x.Length];
        for (int term = 0; term < x.Length; term++)
            exponentials[term] = MlasMath.Exp(x[term] - largest);
        float reciprocal = 1 / ReductionInterpreter.Run(sum, exponentials, []);
        for (int term = 0; term < x.Length; term++)
            y[term] = exponentials[term] * reciprocal;
    }

    private static void Softmax(ReductionProgram program, ReadOnlySpan<float> x, Span<float> y)
    {
        int width = program.Depth;
        for (int row = 0; row * width < x.Length; row++)
        {
            float[] exponentials = [.. x.Slice(row * width, width).ToArray().Select(PortableMath.Exp)];
            double sum = ReductionInterpreter.RunWide(program, exponentials, []);
            for (int term = 0; term < width; term++)
                y[(row * width) + term] = (float)(exponentials[term] / sum);
        }
    }
}
