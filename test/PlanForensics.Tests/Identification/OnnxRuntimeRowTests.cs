using System.Collections.Immutable;
using System.Runtime.Intrinsics.X86;
using FluentAssertions;
using PlanForensics.Engines.Mlas;
using PlanForensics.Identification;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using PlanForensics.Tests.Probing.Live;
using Xunit;

namespace PlanForensics.Tests.Identification;

/// <summary>ONNX Runtime in process: LayerNormalization and functions of elements at new random widths each run, every element, and named from the bits.</summary>
public sealed class OnnxRuntimeRowTests(ITestOutputHelper output)
{
    // No vector, one vector, every tail of eight, a width of many vectors.
    private static readonly ImmutableArray<int> Widths = [1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 100, 288, 1000];

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void LayerNormalization_is_replayed_bit_for_bit(int threads, bool hasBias)
    {
        SkipWithoutAvx512();
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        long elements = 0;
        foreach (int width in Widths.AddRange(random.Next(17, 300), random.Next(300, 3000)))
        {
            (float[] x, float[] y, float[] w, float[] b) = LayerNormalization(random, 20, width, hasBias, threads);
            float[] replay = new float[y.Length];
            var program = (LayerNormProgram)new LayerNorm().PlanFor(width).Plan!.Lower(new OperatorShape(20, 1, width));
            KernelSelection.Default.LayerNorm(program, 1e-5f, x, w, b, replay);
            Same(replay, y).Should().Be(y.Length, "width {0} bias {1} seed {2}", width, hasBias, seed);
            elements += y.Length;
        }

        output.WriteLine($"LayerNormalization bias {hasBias} threads {threads} seed {seed}: {elements} of {elements} elements");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RMSNormalization_is_replayed_bit_for_bit(int threads)
    {
        SkipWithoutAvx512();
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        long elements = 0;
        foreach (int width in Widths.AddRange(17, 18, 20, 21, 23, random.Next(17, 300), random.Next(300, 3000)))
        {
            (float[] x, float[] y, float[] w, _) = Norm("RMSNormalization", random, 20, width, false, threads);
            float[] replay = new float[y.Length];
            var program = (LayerNormProgram)new RmsNorm().PlanFor(width).Plan!.Lower(new OperatorShape(20, 1, width));
            KernelSelection.Default.LayerNorm(program, 1e-5f, x, w, [], replay);
            Same(replay, y).Should().Be(y.Length, "width {0} seed {1}", width, seed);
            elements += y.Length;
        }

        output.WriteLine($"RMSNormalization threads {threads} seed {seed}: {elements} of {elements} elements");
    }

    [Fact]
    public void A_live_RMSNormalization_is_named_from_its_bits()
    {
        SkipWithoutAvx512();
        (float[] x, float[] y, float[] w, _) = Norm("RMSNormalization", new Random(7), 60, 100, false, 1);
        var recorded = new RecordedOperator(
            "live", "rms_norm", [new("x", TensorValue.FromFp32(x, 60, 100)), new("weight", TensorValue.FromFp32(w, 100))], TensorValue.FromFp32(y, 60, 100), OperatorAttributes.None.With("eps", 1e-5));
        IdentificationResult result = OperatorIdentification.Default.Identify(recorded);
        (result.Verdict, result.Plans[0].Plan, result.Plans[0].Reproduced).Should().Be((IdentificationVerdict.Identified, "layer_norm statistics=squares", 6000));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void A_live_LayerNormalization_is_named_from_its_bits(int width)
    {
        SkipWithoutAvx512();
        int seed = LiveSeed.Next();
        (float[] x, float[] y, float[] w, float[] b) = LayerNormalization(new Random(seed), 40, width, true, 1);
        var recorded = new RecordedOperator(
            "live", "layer_norm", [new("x", TensorValue.FromFp32(x, 40, width)), new("weight", TensorValue.FromFp32(w, width)), new("bias", TensorValue.FromFp32(b, width))],
            TensorValue.FromFp32(y, 40, width));
        IdentificationResult result = OperatorIdentification.Default.Identify(recorded);
        result.Verdict.Should().Be(IdentificationVerdict.Identified, "seed {0}", seed);
        result.Plans[0].Plan.Should().Be(new LayerNorm().PlanFor(width).Plan!.Text);
        result.Plans[0].Reproduced.Should().Be(y.Length);
    }

    [Theory]
    [InlineData("Sigmoid", 17, "", "mlas_logistic")]
    [InlineData("Tanh", 17, "", "mlas_tanh")]
    [InlineData("Erf", 17, "", "mlas_erf")]
    [InlineData("Gelu", 20, "", "mlas_gelu_erf")]
    [InlineData("Gelu", 17, "com.microsoft", "mlas_gelu_erf")]
    [InlineData("FastGelu", 17, "com.microsoft", "mlas_gelu_tanh")]
    [InlineData("QuickGelu", 17, "com.microsoft", "mlas_quick_gelu")]
    [InlineData("Swish", 24, "", "mlas_silu")]
    public void A_function_of_elements_is_replayed_bit_for_bit(string operation, int opset, string domain, string function)
    {
        SkipWithoutAvx512();
        int seed = LiveSeed.Next();
        var random = new Random(seed);
        foreach (int count in new[] { 1, 15, 16, 17, 20_011 })
        {
            float[] x = Pinned(count);
            for (int index = 0; index < count; index++)
                x[index] = (float)((random.NextDouble() - 0.5) * Math.ScaleB(50, -random.Next(0, 12)));
            float[] y = Pinned(count);
            using (OnnxSession session = OnnxSession.Open(operation, 1, [("X", [count])], [count], opset: opset, domain: domain))
                session.Run(y, x);
            float[] replay = new float[count];
            KernelSelection.Default.Elementwise((ElementwisePlan)OperatorPlan.Parse("elementwise function=" + function), x, replay);
            Same(replay, y).Should().Be(count, "{0} of {1} elements, seed {2}", operation, count, seed);
        }
    }

    [Fact] // negative control: the formula that replays width 8 does not replay width 7, and the other way round
    public void The_scalar_and_the_vector_formula_are_told_apart_by_live_bits()
    {
        SkipWithoutAvx512();
        foreach (int width in new[] { 7, 8 })
        {
            (float[] x, float[] y, float[] w, float[] b) = LayerNormalization(new Random(5), 50, width, true, 1);
            float[] other = new float[y.Length];
            var program = (LayerNormProgram)new LayerNorm().PlanFor(15 - width).Plan!.Lower(new OperatorShape(50, 1, width));
            KernelSelection.Default.LayerNorm(program, 1e-5f, x, w, b, other);
            Same(other, y).Should().BeLessThan(y.Length * 9 / 10);
        }
    }

    private static (float[] X, float[] Y, float[] W, float[] B) LayerNormalization(Random random, int rows, int width, bool hasBias, int threads) =>
        Norm("LayerNormalization", random, rows, width, hasBias, threads);

    private static (float[] X, float[] Y, float[] W, float[] B) Norm(string operation, Random random, int rows, int width, bool hasBias, int threads)
    {
        float[] x = Pinned(rows * width);
        LiveSeed.Values(random, x.Length).CopyTo(x, 0);
        float[] y = Pinned(x.Length);
        float[] w = LiveSeed.Values(random, width);
        float[] b = hasBias ? LiveSeed.Values(random, width) : [];
        (string, int[], float[])[] constants = hasBias ? [("W", [width], w), ("B", [width], b)] : [("W", [width], w)];
        using OnnxSession session = OnnxSession.Open(operation, threads, [("X", [rows, width])], [rows, width], constants, opset: operation == "RMSNormalization" ? 23 : 17);
        session.Run(y, x);
        return (x, y, w, b);
    }

    private static float[] Pinned(int count) => GC.AllocateArray<float>(count, pinned: true);

    private static int Same(float[] one, float[] other) => one.Where((value, index) => BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(other[index])).Count();

    private static void SkipWithoutAvx512()
    {
        if (!Avx512F.IsSupported)
            Assert.Skip("the rules are ONNX Runtime's on a processor with AVX-512F, which this one does not have");
    }
}
