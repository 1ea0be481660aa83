using System.Runtime.Intrinsics.X86;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>ONNX Runtime in process (MLAS): probed, named and replayed at new random shapes each run, every element.</summary>
public sealed class OnnxRuntimeProbeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Products_with_B_as_an_input_are_probed_and_replayed_bit_for_bit(int threads)
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        for (int trial = 0; trial < 4; trial++)
        {
            (int M, int N, int K) shape = (trial == 0 ? 1 : random.Next(1, 18), random.Next(1, 100), random.Next(2, trial < 2 ? 900 : 300));
            using OnnxSession session = OnnxSession.Open("MatMul", threads, [("A", [shape.M, shape.K]), ("B", [shape.K, shape.N])], [shape.M, shape.N]);
            Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> engine = (a, b, c) => session.Run(c, a, b);
            Check(
                $"MatMul {shape} threads {threads} seed {seed} trial {trial}", BlackBox.Gemm(shape.M, shape.N, shape.K, engine) with { TermsFirst = true, MasksInRows = false },
                new GemmKey(shape.M, shape.N, shape.K) { Threads = threads, ConstantWeights = false, WeightsTransposed = false }, random, engine);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Products_with_a_constant_B_are_probed_and_replayed_bit_for_bit(int threads)
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        for (int trial = 0; trial < 3; trial++)
        {
            (int M, int N, int K) shape = (trial == 0 ? 1 : random.Next(1, 18), random.Next(1, 100), random.Next(2, trial == 1 ? 900 : 300));
            using var constant = new ConstantSessions(shape, threads);
            Check(
                $"MatMul with constant B {shape} threads {threads} seed {seed} trial {trial}", BlackBox.Gemm(shape.M, shape.N, shape.K, constant.Run) with { TermsFirst = true, MasksInRows = true },
                new GemmKey(shape.M, shape.N, shape.K) { Threads = threads, ConstantWeights = true, WeightsTransposed = false }, random, constant.Run);
        }
    }

    [Fact]
    public void Row_sums_are_probed_and_replayed_bit_for_bit_at_aligned_addresses()
    {
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int terms in (int[])[random.Next(2, 64), random.Next(64, 600), 288])
        {
            using OnnxSession session = OnnxSession.Open("ReduceSum", 1, [("X", [8, terms])], [8, 1], axes: 1);
            ProbeReport report = OrderProbe.Run(BlackBox.RowSums(8, terms, (rows, sums) => session.Run(sums, rows)));
            string what = $"ReduceSum 8 x {terms} seed {seed}";
            LiveReplay.Recovered(report, what);
            output.WriteLine($"{what}: {report.Classes.Length} classes, {report.Calls.Total} calls, {report.Classes[0].Plan!.Text}");
            (int equal, int elements) = LiveReplay.RowSums(report, 8, terms, 0, random, (rows, sums) => session.Run(sums, rows));
            equal.Should().Be(elements, what);
        }
    }

    private void Check(
        string what, BlackBox box, GemmKey key, Random random, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> engine)
    {
        ProbeReport report = OrderProbe.Run(box);
        LiveReplay.Recovered(report, what);
        (int equal, int elements) = LiveReplay.Gemm(report, (key.M, key.N, key.K), true, random, engine);
        output.WriteLine($"{what}: {report.Classes.Length} classes, {report.Calls.Total} calls, {report.Elapsed.TotalMilliseconds:F0} ms, {equal} of {elements} elements; {report.Classes[0].Plan!.Text}");
        equal.Should().Be(elements, what);
        string[] rules = [.. EngineCatalog.Gemms.Where(family => family.Name.StartsWith("mlas.", StringComparison.Ordinal)
            && family.PlanFor(key).Plan is { } plan && LiveReplay.IsOrderOf(plan, report, (key.M, key.N, key.K))).Select(family => family.Name)];
        output.WriteLine($"  rules that say so: {string.Join(", ", rules)}");
        if (Avx512F.IsSupported)
            rules.Should().NotBeEmpty(what);
    }

    /// <summary>A session for each constant B that is asked for.</summary>
    private sealed class ConstantSessions((int M, int N, int K) shape, int threads) : IDisposable
    {
        private readonly List<(float[] Weights, OnnxSession Session)> _sessions = [];

        public void Run(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
        {
            foreach ((float[] weights, OnnxSession session) in _sessions)
            {
                if (!b.SequenceEqual(weights))
                    continue;
                session.Run(c, a);
                return;
            }

            float[] copy = b.ToArray();
            OnnxSession opened = OnnxSession.Open("MatMul", threads, [("A", [shape.M, shape.K])], [shape.M, shape.N], [("B", [shape.K, shape.N], copy)]);
            _sessions.Add((copy, opened));
            opened.Run(c, a);
        }

        public void Dispose()
        {
            foreach ((_, OnnxSession session) in _sessions)
                session.Dispose();
        }
    }
}
