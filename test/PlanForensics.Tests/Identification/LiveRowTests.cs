using System.Numerics.Tensors;
using FluentAssertions;
using PlanForensics.Identification;
using PlanForensics.Numerics;
using PlanForensics.Tests.Probing.Live;
using Xunit;

namespace PlanForensics.Tests.Identification;

/// <summary>ONNX Runtime's operators over rows in process, at new random sizes each run: named and replayed in full.</summary>
public sealed class LiveRowTests(ITestOutputHelper log)
{
    [Fact]
    public void Softmax_is_named_and_replayed_at_any_width()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int width in (int[])[1, random.Next(2, 16), 16, random.Next(17, 64), random.Next(65, 1000), random.Next(1000, 3000)])
        {
            int rows = random.Next(20, 30);
            float[] x = LiveSeed.Values(random, rows * width);
            float[] y = new float[x.Length];
            using (OnnxSession session = OnnxSession.Open("Softmax", 1, [("X", [rows, width])], [rows, width]))
                session.Run(y, x);
            Check("softmax", "mlas", x, y, [rows, width], width > 3 ? "softmax math=mlas lanes=16 lane_merge=half_neighbours divide=reciprocal" : null, $"softmax {rows} x {width} seed {seed}");
        }
    }

    [Fact]
    public void Row_sums_are_named_and_replayed_at_any_width_and_address()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int width in (int[])[random.Next(9, 16), 64, random.Next(65, 300), random.Next(300, 1500)])
        {
            int rows = random.Next(20, 30);
            float[] x = LiveSeed.Values(random, rows * width);
            float[] y = new float[rows];
            using (OnnxSession session = OnnxSession.Open("ReduceSum", 1, [("X", [rows, width])], [rows, 1], axes: 1))
                session.Run(y, x);
            Check("sum", "ort", x, y, [rows], null, $"sum {rows} x {width} seed {seed}");
        }
    }

    [Fact]
    public void Sums_of_TensorPrimitives_are_named_and_replayed_at_any_width()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int width in (int[])[1, 2, 3, 4, 5, 7, 8, 11, 15, 16, 17, 31, 64, 127, 128, 129, 143, 144, 145, random.Next(150, 600), random.Next(600, 3000)])
        {
            int rows = random.Next(20, 30);
            float[] x = LiveSeed.Values(random, rows * width);
            float[] y = [.. Enumerable.Range(0, rows).Select(row => TensorPrimitives.Sum<float>(x.AsSpan(row * width, width)))];
            Check("sum", "tensor_primitives", x, y, [rows], null, $"TensorPrimitives.Sum {rows} x {width} seed {seed}");
        }
    }

    /// <summary>The exponential alone, where every fp32 pattern is an argument: as many patterns as a test has time for.</summary>
    [Fact]
    public void The_exponential_has_the_live_bits()
    {
        const int Count = 1 << 18;
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, Count).Select(index => BitConverter.UInt32BitsToSingle(index % 2 == 0 ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(0x42D0_0000) | ((uint)random.Next(2) << 31)))];
        float[] y = new float[Count];
        using (OnnxSession session = OnnxSession.Open("Exp", 1, [("X", [Count])], [Count]))
            session.Run(y, x);
        for (int index = 0; index < Count; index++)
            if (BitConverter.SingleToInt32Bits(MlasMath.Exp(x[index])) != BitConverter.SingleToInt32Bits(y[index]) && !float.IsNaN(y[index]))
                Assert.Fail($"exp({x[index]:R}): ONNX Runtime gives {y[index]:R}, ours {MlasMath.Exp(x[index]):R}, seed {seed}");
        Enumerable.Range(0, Count).Count(index => SleefMath.Exp(x[index]) != y[index] && !float.IsNaN(y[index])).Should().BeGreaterThan(1000, "another exponential shows");
    }

    private void Check(string operation, string engine, float[] x, float[] y, int[] shape, string? plan, string what)
    {
        int rows = shape[0];
        var recorded = new RecordedOperator(what, operation, [new("x", TensorValue.FromFp32(x, rows, x.Length / rows))], TensorValue.FromFp32(y, shape));
        IdentificationResult result = OperatorIdentification.Default.Identify(recorded);
        log.WriteLine($"{what}: {result.Verdict} {result.Plans[0].Name}");
        result.Reproduced.Should().Be(result.Elements, what);
        result.Plans.Should().Contain(found => found.Name.Contains(engine, StringComparison.Ordinal), what);
        if (plan is not null)
            result.Plans[0].Plan.Should().Be(plan, what);
    }
}
