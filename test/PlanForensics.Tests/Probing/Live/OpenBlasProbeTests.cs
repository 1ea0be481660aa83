using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Plans;
using PlanForensics.Probing;
using Xunit;

namespace PlanForensics.Tests.Probing.Live;

/// <summary>OpenBLAS in process: probed, named and replayed at new random shapes each run, every element.</summary>
public sealed class OpenBlasProbeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Haswell")]
    [InlineData("Zen")]
    [InlineData("SkylakeX")]
    [InlineData("Cooperlake")]
    [InlineData("Sandybridge")]
    [InlineData("Prescott")]
    public void Matrix_products_are_probed_and_replayed_bit_for_bit(string core)
    {
        OpenBlasCore library = OpenBlasCore.Get(core);
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        for (int trial = 0; trial < 3; trial++)
        {
            (int M, int N, int K) shape = (random.Next(1, 20), random.Next(1, 70), random.Next(2, trial == 0 ? 900 : 300));
            (bool termsFirst, int threads) = (random.Next(2) == 0, random.Next(1, 3));
            Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> engine = (a, b, c) => library.Multiply(shape, termsFirst, threads, a, b, c);
            string what = $"{library.Name} {shape} terms first {termsFirst} threads {threads} seed {seed} trial {trial}";
            ProbeReport report = OrderProbe.Run(BlackBox.Gemm(shape.M, shape.N, shape.K, engine) with { TermsFirst = termsFirst });
            LiveReplay.Recovered(report, what);
            (int equal, int elements) = LiveReplay.Gemm(report, shape, termsFirst, random, engine);
            output.WriteLine($"{what}: {report.Classes.Length} classes, {report.Calls.Total} calls, {report.Elapsed.TotalMilliseconds:F0} ms, {equal} of {elements} elements");
            foreach (ProbedClass found in report.Classes)
                output.WriteLine($"  {found.OutputCount} outputs: {Short(found.Plan!.Text)}");
            equal.Should().Be(elements, what);
            if (library.Config.Contains("0.3.21", StringComparison.Ordinal) && Rule(core, shape, termsFirst, threads) is { } rule)
                LiveReplay.IsOrderOf(rule, report, shape).Should().BeTrue("{0}: the rule of this core type says {1}, probed was {2}", what, rule.Text, report.Plan!.Text);
        }
    }

    [Theory]
    [InlineData("Haswell")]
    [InlineData("Cooperlake")]
    [InlineData("Prescott")]
    public void Matrix_vector_products_are_probed_and_replayed_bit_for_bit(string core)
    {
        OpenBlasCore library = OpenBlasCore.Get(core);
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        for (int trial = 0; trial < 3; trial++)
        {
            (int M, int N, int K) shape = (1, random.Next(1, 70), random.Next(2, 400));
            int threads = random.Next(1, 3);
            string what = $"{library.Name} gemv {shape} threads {threads} seed {seed} trial {trial}";
            ProbeReport report = OrderProbe.Run(BlackBox.Gemv(shape.N, shape.K, (weights, x, y) => library.MultiplyVector(shape.N, shape.K, threads, weights, x, y)));
            LiveReplay.Recovered(report, what);
            (int equal, int elements) = LiveReplay.Gemm(report, shape, false, random, (x, weights, y) => library.MultiplyVector(shape.N, shape.K, threads, weights, x, y));
            output.WriteLine($"{what}: {report.Classes.Length} classes, {report.Calls.Total} calls, {equal} of {elements} elements");
            equal.Should().Be(elements, what);
        }
    }

    [Theory]
    [InlineData("Haswell")]
    [InlineData("Cooperlake")]
    [InlineData("Sandybridge")]
    public void Dot_products_are_probed_and_replayed_bit_for_bit_tails_in_double_included(string core)
    {
        OpenBlasCore library = OpenBlasCore.Get(core);
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int terms in (int[])[random.Next(2, 32), 64, 100, random.Next(100, 400)])
        {
            string what = $"{library.Name} dot {terms} seed {seed}";
            ProbeReport report = OrderProbe.Run(BlackBox.Dot(terms, library.Dot));
            LiveReplay.Recovered(report, what);
            output.WriteLine($"{what}: {report.Calls.Total} calls, {report.Classes[0].Program!.Text}");
            for (int draw = 0; draw < 50; draw++)
            {
                (int equal, int elements) = LiveReplay.Gemm(report, (1, 1, terms), false, random, (a, b, c) => c[0] = library.Dot(a, b));
                equal.Should().Be(elements, "{0} draw {1}", what, draw);
            }
        }
    }

    [Fact]
    public void Another_core_types_plan_does_not_reproduce_the_elements() // negative control
    {
        OpenBlasCore library = OpenBlasCore.Get("Haswell");
        OpenBlasCore other = OpenBlasCore.Get("Prescott");
        (int M, int N, int K) shape = (8, 24, 500);
        ProbeReport report = OrderProbe.Run(BlackBox.Gemm(shape.M, shape.N, shape.K, (a, b, c) => other.Multiply(shape, false, 1, a, b, c)));
        (int equal, int elements) = LiveReplay.Gemm(report, shape, false, new Random(1), (a, b, c) => library.Multiply(shape, false, 1, a, b, c));
        equal.Should().BeLessThan(elements / 2);
    }

    private static OperatorPlan? Rule(string core, (int M, int N, int K) shape, bool termsFirst, int threads) => EngineCatalog.Gemms
        .Single(family => family.Name.Equals($"openblas.{core}.sgemm", StringComparison.OrdinalIgnoreCase))
        .PlanFor(new GemmKey(shape.M, shape.N, shape.K) { Threads = threads, WeightsTransposed = !termsFirst }).Plan;

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
