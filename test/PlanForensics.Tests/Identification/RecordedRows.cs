using System.Runtime.InteropServices;
using PlanForensics.Identification;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Identification;

/// <summary>Recorded row operators of ../shared/peers, and changed copies of them.</summary>
internal static class RecordedRows
{
    public static RecordedOperator LayerNorm(int width) =>
        new($"libtorch_layernorm_d{width}.bin", "layer_norm", [new("x", Peer($"S_d{width}.bin", 32, width))], Peer($"libtorch_layernorm_d{width}.bin", 32, width), OperatorAttributes.None.With("eps", 1e-5));

    /// <summary>Standard normals of numpy's PCG64 seeds 9401, 9402 and 9403 are Q, K and V: ../shared/peers has the outputs only.</summary>
    public static RecordedOperator Attention(bool causal)
    {
        string file = $"libtorch_sdpa_causal{(causal ? 1 : 0)}.bin";
        return new(
            file, "sdpa", [new("q", Own("Q")), new("k", Own("K")), new("v", Own("V"))], Peer(file, 2, 4, 33, 32), OperatorAttributes.None.With("causal", causal).With("engine", "libtorch"));
    }

    /// <summary>The same operator with one bit of one output element changed.</summary>
    public static RecordedOperator Spoilt(RecordedOperator recorded, params string[] tensors)
    {
        byte[] output = recorded.Output.Bytes.ToArray();
        output[4 * (output.Length / 8)] ^= 1;
        return new RecordedOperator(
            recorded.Name, recorded.Operation, tensors.Select(name => KeyValuePair.Create(name, recorded.Get(name))), TensorValue.FromBytes(NumericFormat.Fp32, output, recorded.Output.Shape), recorded.Attributes);
    }

    public static float[] Floats(TensorValue tensor) => MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span).ToArray();

    private static TensorValue Peer(string file, params int[] shape) => TensorValue.FromBytes(NumericFormat.Fp32, File.ReadAllBytes(SharedData.PathOf("peers", file)), shape);

    private static TensorValue Own(string name) => TensorValue.FromBytes(
        NumericFormat.Fp32, File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "test", "PlanForensics.Tests", "Identification", "Data", name + ".bin")), 2, 4, 33, 32);
}
