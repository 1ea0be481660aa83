using System.Runtime.InteropServices;
using System.Text.Json;
using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;
using Xunit;

namespace PlanForensics.Tests.Engines.OpenBlas;

/// <summary>The products that were recorded from the library (Haswell, one and two threads), reproduced from shape and threads alone.</summary>
public class PeersSgemmTests
{
    [Fact]
    public void Every_recorded_product_is_reproduced()
    {
        string folder = SharedData.PathOf("peers");
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        int vectors = 0;
        int sequentialMisses = 0;
        foreach (JsonElement vector in manifest.RootElement.GetProperty("vectors").EnumerateArray().Where(vector => vector.GetProperty("engine").GetString() == "openblas.sgemm"))
        {
            var key = new GemmKey(vector.GetProperty("M").GetInt32(), vector.GetProperty("N").GetInt32(), vector.GetProperty("K").GetInt32())
            {
                Threads = vector.GetProperty("threads").GetInt32(), WeightsTransposed = false,
            };
            float[] activations = Floats(folder, vector.GetProperty("A").GetString()!)[..(key.M * key.K)];
            float[] weights = Transposed(Floats(folder, vector.GetProperty("W").GetString()!), key.K, key.N);
            float[] recorded = Floats(folder, vector.GetProperty("file").GetString()!);
            Run(SgemmFamily.Find("haswell")!.PlanFor(key).Plan!, key, activations, weights).Should().Equal(recorded, vector.GetProperty("file").GetString());
            sequentialMisses += Run(new GemmPlan(), key, activations, weights).SequenceEqual(recorded) ? 0 : 1;
            vectors++;
        }

        vectors.Should().BePositive();
        sequentialMisses.Should().BePositive("one sequential chain everywhere does not explain the recordings");
    }

    private static float[] Run(OperatorPlan plan, GemmKey key, float[] activations, float[] weights)
    {
        float[] output = new float[key.M * key.N];
        KernelSelection.Default.Gemm((GemmProgram)plan.Lower(new OperatorShape(key.M, key.N, key.K)), activations, new WeightMatrix(key.N, key.K, weights), [], output);
        return output;
    }

    private static float[] Floats(string folder, string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, name.Split('[')[0]))).ToArray();

    private static float[] Transposed(float[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(index => values[(index % rows * columns) + (index / rows)])];
}
