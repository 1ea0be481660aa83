using FluentAssertions;
using PlanForensics.Engines;
using PlanForensics.Engines.OpenBlas;
using PlanForensics.Kernels;
using PlanForensics.Plans;
using PlanForensics.Tests.Engines.OpenBlas;
using Xunit;

namespace PlanForensics.Tests.Capture;

/// <summary>Every matrix product of a fresh fp32 run in PyTorch, reproduced from its shape, the core type and the library's thread count.</summary>
public class RecordedProductsTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_product_of_a_fresh_run_is_reproduced_from_its_key()
    {
        Recorder.SkipWithoutTorch();
        int seed = Random.Shared.Next(1 << 20);
        string[] cores = [.. new[] { "Haswell", "SkylakeX", "Cooperlake", "Sandybridge", "Prescott" }.Where(LiveSgemmTests.ProcessorRuns)];
        string core = cores[seed % cores.Length];
        string model = Directory.CreateTempSubdirectory("planforensics-model-").FullName;
        string incident = "";
        try
        {
            WidenedModel.Write(Path.Combine(SharedData.RepositoryRoot, "samples", "models", "kjv-1m"), model);
            incident = Recorder.Record(
                model, ["--random", "6", "--prompt-length", "9", "--seed", $"{seed}", "--batches", "1,2,3,6", "--steps", "4", "--save-steps", "0,3"],
                ("OPENBLAS_CORETYPE", core), ("OPENBLAS_NUM_THREADS", $"{1 + (seed % 3)}"));
            Compare(incident, model, SgemmFamily.Find(core)!, seed);
        }
        finally
        {
            Directory.Delete(model, recursive: true);
            if (incident.Length > 0)
                Directory.Delete(incident, recursive: true);
        }
    }

    private void Compare(string incident, string model, SgemmFamily family, int seed)
    {
        SgemmFamily wrong = SgemmFamily.Find(family.Core == "prescott" ? "haswell" : "prescott")!;
        (int products, long elements, long missedByWrong) = (0, 0, 0);
        foreach (RecordedProduct product in RecordedProduct.ReadAll(incident, model))
        {
            Missed(family, product).Should().Be(0, "{0} {1} on {2}, seed {3}", product.Name, product.Key, family.Name, seed);
            missedByWrong += Missed(wrong, product);
            elements += product.Output.Length;
            products++;
        }

        output.WriteLine($"{family.Name}, seed {seed}: {products} products, {elements} elements; another core's plans miss {missedByWrong}");
        products.Should().BeGreaterThan(100);
        missedByWrong.Should().BeGreaterThan(elements / 10);
    }

    private static int Missed(SgemmFamily family, RecordedProduct product)
    {
        GemmKey key = product.Key;
        GemmProgram program = ((GemmProgram)family.PlanFor(key).Plan!.Lower(new OperatorShape(key.M, key.N, key.K))).ForRows(0, product.Activations.Length / key.K);
        float[] replayed = new float[product.Output.Length];
        KernelSelection.Default.Gemm(program, product.Activations, new WeightMatrix(key.N, key.K, product.Weights), [], replayed);
        return replayed.Zip(product.Output).Count(pair => BitConverter.SingleToUInt32Bits(pair.First) != BitConverter.SingleToUInt32Bits(pair.Second));
    }
}
