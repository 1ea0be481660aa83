using System.Buffers;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Kernels;

/// <summary>Weights of a matrix product, (N outputs, K inputs), kept in the format in which they are stored. Kernels may keep a packed copy with it. Immutable.</summary>
/// <remarks>
/// Weights of a stored tensor are held once: as the tensor, and once a kernel has packed fp32 or bf16 weights, in its arrangement instead, from which rows, and the tensor's bytes when
/// somebody asks for them, come back bit for bit. Weights made of values, which belong to the caller, and other formats are packed beside the original.
/// </remarks>
public sealed class WeightMatrix
{
    private readonly TensorValue? _stored;
    private readonly Lazy<ReadOnlyMemory<float>> _values;
    private readonly Lazy<string> _contentHash;
    private readonly Lock _packing = new();
    private readonly Dictionary<string, object> _packed = [];
    private IPackedRows? _rows;

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
        (Outputs, Depth, Format) = (outputs, depth, NumericFormat.Fp32);
        _values = new Lazy<ReadOnlyMemory<float>>(values);
        _contentHash = new Lazy<string>(HashOfRows);
    }

    private WeightMatrix(TensorValue stored)
    {
        (Outputs, Depth, Format, _stored) = (stored.Shape[0], stored.Shape[1], stored.Format, stored);
        _values = new Lazy<ReadOnlyMemory<float>>(() => stored.ToFp32());
        _contentHash = new Lazy<string>(HashOfRows);
    }

    /// <summary>N, the number of outputs.</summary>
    public int Outputs { get; }

    /// <summary>K, the number of terms of each output.</summary>
    public int Depth { get; }

    /// <summary>The format in which the weights are stored; every one of them is exact in it.</summary>
    public NumericFormat Format { get; }

    /// <summary>The values, row-major (N, K), widened to binary32. Of a stored tensor a second, wide copy is made and kept: <see cref="CopyRow"/> needs none.</summary>
    public ReadOnlyMemory<float> Values => _values.Value;

    /// <summary>SHA-256 of the values' binary32 bytes (little-endian), lower-case hex; computed once.</summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>A stored (N, K) tensor as weights: without a copy, except fp64 and int32, which are converted to fp32.</summary>
    /// <param name="tensor">A matrix.</param>
    /// <returns>The matrix.</returns>
    /// <exception cref="ArgumentException">The tensor does not have two dimensions.</exception>
    /// <exception cref="InvalidOperationException">An fp64 or int32 element has no fp32 value.</exception>
    public static WeightMatrix From(TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Shape.Length != 2)
            throw new ArgumentException($"expected a matrix; got {tensor.Shape.Length} dimensions", nameof(tensor));
        return tensor.Format is NumericFormat.Fp64 or NumericFormat.Int32 ? new WeightMatrix(tensor.Shape[0], tensor.Shape[1], tensor.ToFp32()) : new WeightMatrix(tensor);
    }

    /// <summary>One output's weights, widened to binary32; exact.</summary>
    /// <param name="output">The row, 0 to <see cref="Outputs"/> - 1.</param>
    /// <param name="destination">Receives <see cref="Depth"/> values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void CopyRow(int output, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Outputs);
        if (destination.Length != Depth)
            throw new ArgumentException($"expected {Depth} values; got {destination.Length}", nameof(destination));
        if (_stored is null)
        {
            Values.Span.Slice(output * Depth, Depth).CopyTo(destination);
            return;
        }

        int bytes = Depth * NumericFormats.BytesPerElement(Format);
        if (Volatile.Read(ref _rows) is not { } rows)
        {
            TensorBytes.Widen(_stored.Bytes.Span.Slice(output * bytes, bytes), Format, destination);
            return;
        }

        byte[] row = ArrayPool<byte>.Shared.Rent(bytes);
        rows.CopyStoredRow(output, row.AsSpan(0, bytes));
        TensorBytes.Widen(row.AsSpan(0, bytes), Format, destination);
        ArrayPool<byte>.Shared.Return(row);
    }

    /// <summary>The bytes of a stored tensor, little-endian, row-major in <see cref="Format"/>; empty where the matrix was made of values.</summary>
    internal ReadOnlyMemory<byte> StoredBytes => _stored?.Bytes ?? default;

    /// <summary>Gives the weights to a kernel's arrangement that holds every stored bit: the tensor lets go of its own.</summary>
    internal void MoveInto(IPackedRows rows)
    {
        if (_stored is null || Interlocked.CompareExchange(ref _rows, rows, null) is not null)
            return;
        int bytes = Depth * NumericFormats.BytesPerElement(Format);
        int outputs = Outputs;
        _stored.KeepElsewhere(() =>
        {
            byte[] stored = GC.AllocateUninitializedArray<byte>(checked(outputs * bytes));
            for (int output = 0; output < outputs; output++)
                rows.CopyStoredRow(output, stored.AsSpan(output * bytes, bytes));
            return stored;
        });
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

    private string HashOfRows()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] row = new float[Depth];
        for (int output = 0; output < Outputs; output++)
        {
            CopyRow(output, row);
            hash.AppendData(MemoryMarshal.AsBytes(row.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
