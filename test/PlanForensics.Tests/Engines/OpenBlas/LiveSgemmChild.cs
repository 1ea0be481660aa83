using System.Globalization;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>Runs in a process of its own, started by <see cref="LiveSgemmTests"/>, whose environment fixes the library's core type.</summary>
public class LiveSgemmChild
{
    public const string SeedVariable = "PLANFORENSICS_OPENBLAS_SEED";
    public const string ShapesVariable = "PLANFORENSICS_OPENBLAS_SHAPES";
    public const string ReportVariable = "PLANFORENSICS_OPENBLAS_REPORT";

    [Fact(Explicit = true)]
    public void Compare_random_products_with_the_map()
    {
        OpenBlasLibrary library = OpenBlasLibrary.Load();
        SgemmFamily family = SgemmFamily.Find(library.CoreName)!;
        SgemmFamily wrong = SgemmFamily.Find(family.Core == "prescott" ? "haswell" : "prescott")!;
        int shapes = int.Parse(Environment.GetEnvironmentVariable(ShapesVariable)!, CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable(SeedVariable)!, CultureInfo.InvariantCulture));
        var report = new LiveReport(library.CoreName, library.Config);
        for (int shape = 0; shape < shapes; shape++)
        {
            GemmKey key = RandomKey(random);
            float[] activations = Values(random, key.M * key.K);
            float[] weights = Values(random, key.N * key.K);
            float[] expected = Run(family, key, activations, weights);
            float[] control = Run(wrong, key, activations, weights);
            float[] actual = library.Multiply(
                key.M, key.N, key.K, key.ActivationsTransposed ? Transposed(activations, key.M, key.K) : activations, key.ActivationsTransposed,
                key.WeightsTransposed!.Value ? weights : Transposed(weights, key.N, key.K), key.WeightsTransposed.Value, key.Threads);
            report.Add(key, Differing(expected, actual), Differing(control, actual), actual.Length);
        }

        File.WriteAllText(Environment.GetEnvironmentVariable(ReportVariable)!, report.ToJson());
        report.Elements.Should().BePositive();
    }

    private static GemmKey RandomKey(Random random)
    {
        while (true)
        {
            (int rows, int columns, int depth) = (Size(random, 300), Size(random, 2100), Size(random, 1100));
            if ((long)rows * columns * depth < 20_000_000)
                return new GemmKey(rows, columns, depth) { Threads = 1 + random.Next(3), WeightsTransposed = random.Next(3) > 0, ActivationsTransposed = random.Next(4) == 0 };
        }
    }

    /// <summary>As often between 1 and 10 as between 10 and 100.</summary>
    private static int Size(Random random, int most) => (int)Math.Exp(random.NextDouble() * Math.Log(most + 1));

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2))];

    private static float[] Run(SgemmFamily family, GemmKey key, float[] activations, float[] weights)
    {
        var program = (GemmProgram)family.PlanFor(key).Plan!.Lower(new OperatorShape(key.M, key.N, key.K));
        float[] output = new float[key.M * key.N];
        KernelSelection.Default.Gemm(program, activations, new WeightMatrix(key.N, key.K, weights), [], output);
        return output;
    }

    private static float[] Transposed(float[] values, int rows, int columns)
    {
        float[] transposed = new float[values.Length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                transposed[(column * rows) + row] = values[(row * columns) + column];
        return transposed;
    }

    private static int Differing(float[] left, float[] right) =>
        left.Zip(right).Count(pair => BitConverter.SingleToUInt32Bits(pair.First) != BitConverter.SingleToUInt32Bits(pair.Second));
}
