using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PlanForensics.Engines;
using PlanForensics.Models;

namespace PlanForensics.Tests.Capture;

/// <summary>One matrix product that PyTorch handed to its library: what row 0 of the batch put in and got out.</summary>
/// <param name="Name">The operator.</param>
/// <param name="Key">What the library was asked for: all rows of the batch.</param>
/// <param name="Activations">The first rows of it, (rows, K).</param>
/// <param name="Weights">(N, K).</param>
/// <param name="Output">(rows, N).</param>
internal sealed record RecordedProduct(string Name, GemmKey Key, float[] Activations, float[] Weights, float[] Output)
{
    /// <summary>Attention matrices with fewer multiplications than this never reach the library.</summary>
    private const int LeastOfLibrary = 400;

    public static IEnumerable<RecordedProduct> ReadAll(string incident, string model)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(incident, "manifest.json")));
        using SafetensorsSet weights = SafetensorsSet.Open(model);
        int threads = int.Parse(document.RootElement.GetProperty("engine").GetProperty("blas_threads").GetString()!, CultureInfo.InvariantCulture);
        foreach (JsonElement step in document.RootElement.GetProperty("runs").EnumerateArray().SelectMany(run => run.GetProperty("steps").EnumerateArray()))
        {
            byte[] data = File.ReadAllBytes(Path.Combine(incident, step.GetProperty("file").GetString()!));
            JsonElement tensors = step.GetProperty("tensors");
            foreach (JsonElement operation in document.RootElement.GetProperty("sequences").GetProperty(step.GetProperty("sequence").GetString()!).EnumerateArray())
            {
                string name = operation.GetProperty("out").GetString()!;
                string[] inputs = [.. operation.GetProperty("inputs").EnumerateArray().Select(input => input.GetString()!)];
                string kind = operation.GetProperty("kind").GetString()!;
                IEnumerable<RecordedProduct> products = kind == "linear" ? [Linear(data, tensors, name, inputs, weights, threads)]
                    : kind is "matmul_qk" or "matmul_pv" ? Heads(data, tensors, name, inputs, kind == "matmul_qk", threads) : [];
                foreach (RecordedProduct product in products)
                    yield return product;
            }
        }
    }

    private static RecordedProduct Linear(byte[] data, JsonElement tensors, string name, string[] inputs, SafetensorsSet weights, int threads)
    {
        (int[] _, int[] whole, float[] x) = Tensor(data, tensors.GetProperty(inputs[0]));
        (int[] _, int[] result, float[] y) = Tensor(data, tensors.GetProperty(name));
        return new RecordedProduct(name, new GemmKey(whole[0], result[1], whole[1]) { Threads = threads, WeightsTransposed = true }, x, weights.Read(inputs[1][2..]).ToFp32(), y);
    }

    private static IEnumerable<RecordedProduct> Heads(byte[] data, JsonElement tensors, string name, string[] inputs, bool transposed, int threads)
    {
        (int[] shape, _, float[] a) = Tensor(data, tensors.GetProperty(inputs[0]));
        (int[] other, _, float[] b) = Tensor(data, tensors.GetProperty(inputs[1]));
        (int[] result, _, float[] c) = Tensor(data, tensors.GetProperty(name));
        (int rows, int depth, int columns) = (shape[2], shape[3], result[3]);
        for (int head = 0; head < shape[1] && rows * columns * depth >= LeastOfLibrary; head++)
        {
            float[] right = b[(head * other[2] * other[3])..((head + 1) * other[2] * other[3])];
            yield return new RecordedProduct(
                $"{name}[{head}]", new GemmKey(rows, columns, depth) { Threads = threads, WeightsTransposed = transposed }, a[(head * rows * depth)..((head + 1) * rows * depth)],
                transposed ? right : [.. Enumerable.Range(0, right.Length).Select(index => right[(index % depth * columns) + (index / depth)])],
                c[(head * rows * columns)..((head + 1) * rows * columns)]);
        }
    }

    private static (int[] Shape, int[] Whole, float[] Values) Tensor(byte[] data, JsonElement tensor)
    {
        int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        int[] whole = [.. tensor.GetProperty("shape_full").EnumerateArray().Select(size => size.GetInt32())];
        int elements = shape.Aggregate(1, (product, size) => product * size);
        return (shape, whole, MemoryMarshal.Cast<byte, float>(data.AsSpan(tensor.GetProperty("offset").GetInt32(), elements * sizeof(float))).ToArray());
    }
}
