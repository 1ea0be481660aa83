using System.Security.Cryptography;
using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Kernels;

/// <summary>Weights of a matrix product, (N outputs, K inputs), widened to binary32. Kernels may keep a packed copy with it. Immutable.</summary>
public sealed class WeightMatrix
{
    private readonly Lazy<string> _contentHash;
    private readonly Lock _packing = new();
    private readonly Dictionary<string, object> _packed = [];

    /// <summary>Creates a matrix.</summary>
    /// <param name="outputs">N, rows.</param>
    /// <param name="depth">K, columns.</param>
    /// <param name="values">N x K values, row-major; not copied, must not change afterwards.</param>
    /// <exception cref="ArgumentException">The number of values is not N x K.</exception>
    public WeightMatrix(int outputs, int depth, ReadOnlyMemory<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        if (values.Length != (long)outputs * depth)
            throw new ArgumentException($"expected {outputs} x {depth} = {(long)outputs * depth} values; got {values.Length}", nameof(values));
        (Outputs, Depth, Values) = (outputs, depth, values);
        _contentHash = new Lazy<string>(() => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Values.Span))));
    }

    /// <summary>N, the number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>K, the number of terms of each output.</summary>
    public int Depth { get; }

    /// <summary>The values, row-major (N, K).</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>SHA-256 of the values' binary32 bytes (little-endian), lower-case hex; computed once.</summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>Widens a stored (N, K) tensor.</summary>
    /// <param name="tensor">A matrix in fp32, fp16, bf16 or fp8.</param>
    /// <returns>The matrix.</returns>
    /// <exception cref="ArgumentException">The tensor does not have two dimensions.</exception>
    public static WeightMatrix From(TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Shape.Length == 2
            ? new WeightMatrix(tensor.Shape[0], tensor.Shape[1], tensor.ToFp32())
            : throw new ArgumentException($"expected a matrix; got {tensor.Shape.Length} dimensions", nameof(tensor));
    }

    /// <summary>A kernel's packed form of this matrix, made once.</summary>
    internal T Packed<T>(string layout, Func<WeightMatrix, T> pack)
        where T : class
    {
        lock (_packing)
        {
            if (!_packed.TryGetValue(layout, out object? packed))
                _packed[layout] = packed = pack(this);
            return (T)packed;
        }
    }
}
