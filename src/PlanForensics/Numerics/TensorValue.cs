using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PlanForensics.Numerics;

/// <summary>An immutable tensor: a format, a shape, and its bytes, little-endian and row-major (the last dimension varies fastest).</summary>
/// <remarks>Two values are equal when format, shape and bytes are. A shape of rank 0 is a scalar with one element; a dimension may be 0.
/// Bitwise: identical on every machine; hosts must be little-endian.</remarks>
public sealed class TensorValue : IEquatable<TensorValue>
{
    private readonly int[] _shape;
    private byte[]? _bytes;
    private Elsewhere? _elsewhere;
    private string? _sha256;

    private TensorValue(NumericFormat format, byte[] bytes, int[] shape, long elementCount)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("tensors are kept in little-endian bytes, and this host is big-endian");
        Format = format;
        _bytes = bytes;
        _shape = shape;
        ElementCount = elementCount;
    }

    /// <summary>The format of one element.</summary>
    public NumericFormat Format { get; }

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The product of the dimensions; 1 for rank 0.</summary>
    public long ElementCount { get; }

    /// <summary>The elements, little-endian and row-major.</summary>
    public ReadOnlyMemory<byte> Bytes => Stored;

    /// <summary>SHA-256 of <see cref="Bytes"/> in lower-case hex; computed once, on first use.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(SHA256.HashData(Stored));

    /// <summary>Copies fp32 values, bit for bit (NaN payloads too).</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The dimensions, outermost first; none makes a scalar.</param>
    /// <returns>An fp32 tensor.</returns>
    /// <exception cref="ArgumentException">A dimension is negative, or the shape's element count is not that of the values.</exception>
    public static TensorValue FromFp32(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        FromBytes(NumericFormat.Fp32, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Stores fp32-held values in a narrower format, without rounding: every value must be representable.</summary>
    /// <param name="format">fp32, tf32, bf16, fp16 or fp8.</param>
    /// <param name="values">The elements, row-major; NaNs are stored canonical.</param>
    /// <param name="shape">The dimensions, outermost first; none makes a scalar.</param>
    /// <returns>A tensor of that format.</returns>
    /// <exception cref="ArgumentException">A value is not representable (round first: <see cref="Rounding"/>), or the shape does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is fp64, int8, int32 or undefined.</exception>
    public static TensorValue FromRounded(NumericFormat format, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        byte[] bytes = new byte[(long)values.Length * NumericFormats.BytesPerElement(format)];
        TensorBytes.Pack(values, format, bytes);
        return Own(format, bytes, shape);
    }

    /// <summary>Copies raw elements.</summary>
    /// <param name="format">The format of one element; any.</param>
    /// <param name="bytes">The elements, little-endian and row-major; copied.</param>
    /// <param name="shape">The dimensions, outermost first; none makes a scalar.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">A dimension is negative, or the byte count is not the shape's element count times the element size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is undefined.</exception>
    public static TensorValue FromBytes(NumericFormat format, ReadOnlyMemory<byte> bytes, params ReadOnlySpan<int> shape) =>
        FromBytes(format, bytes.Span, shape);

    /// <summary>Copies raw elements.</summary>
    /// <param name="format">The format of one element; any.</param>
    /// <param name="bytes">The elements, little-endian and row-major; copied.</param>
    /// <param name="shape">The dimensions, outermost first; none makes a scalar.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">A dimension is negative, or the byte count is not the shape's element count times the element size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is undefined.</exception>
    public static TensorValue FromBytes(NumericFormat format, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> shape) =>
        Own(format, bytes.ToArray(), shape);

    /// <summary>Copies the elements to fp32, exactly.</summary>
    /// <param name="destination">Receives the elements, row-major; exactly <see cref="ElementCount"/> long.</param>
    /// <exception cref="ArgumentException">The destination's length differs.</exception>
    /// <exception cref="InvalidOperationException">An fp64 or int32 element has no fp32 value; the message names its index. NaNs of fp64 become
    /// the canonical fp32 NaN; those of narrower formats widen as their classes say.</exception>
    public void CopyTo(Span<float> destination)
    {
        if (destination.Length != ElementCount)
            throw new ArgumentException($"the destination holds {destination.Length} elements, the tensor {ElementCount}", nameof(destination));
        TensorBytes.Widen(Stored, Format, destination);
    }

    /// <summary>The elements as fp32, exactly.</summary>
    /// <returns>A new array, row-major.</returns>
    /// <exception cref="InvalidOperationException">An fp64 or int32 element has no fp32 value.</exception>
    public float[] ToFp32()
    {
        float[] values = new float[ElementCount];
        CopyTo(values);
        return values;
    }

    /// <summary>A view of an fp32 (or tf32) tensor for System.Numerics.Tensors, without a copy; a scalar is viewed as one dimension of 1.</summary>
    /// <returns>The view, of this tensor's shape.</returns>
    /// <exception cref="InvalidOperationException">The format is neither fp32 nor tf32.</exception>
    public ReadOnlyTensorSpan<float> AsTensorSpan()
    {
        if (Format is not (NumericFormat.Fp32 or NumericFormat.Tf32))
            throw new InvalidOperationException($"a {NumericFormats.NameOf(Format)} tensor has no fp32 view; use ToFp32");
        nint[] lengths = _shape.Length == 0 ? [1] : Array.ConvertAll(_shape, static dimension => (nint)dimension);
        return new ReadOnlyTensorSpan<float>(MemoryMarshal.Cast<byte, float>(Stored), lengths);
    }

    /// <inheritdoc/>
    public bool Equals(TensorValue? other) =>
        other is not null && Format == other.Format && Shape.SequenceEqual(other.Shape) && Stored.AsSpan().SequenceEqual(other.Stored);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TensorValue);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Format);
        hash.AddBytes(MemoryMarshal.AsBytes(Shape));
        hash.AddBytes(Stored);
        return hash.ToHashCode();
    }

    /// <summary>Format, shape and the start of the hash.</summary>
    /// <returns>For example <c>bf16[2,64] sha256:01ab23cd</c>.</returns>
    public override string ToString() => $"{NumericFormats.NameOf(Format)}[{string.Join(',', _shape)}] sha256:{Sha256[..8]}";

    /// <summary>Lets go of the elements, which are kept in another arrangement and come back from there, bit for bit, when somebody asks. The first call holds.</summary>
    /// <param name="restore">Makes <see cref="Bytes"/> again.</param>
    internal void KeepElsewhere(Func<byte[]> restore)
    {
        if (Interlocked.CompareExchange(ref _elsewhere, new Elsewhere(restore), null) is null)
            Volatile.Write(ref _bytes, null);
    }

    private byte[] Stored => Volatile.Read(ref _bytes) ?? _elsewhere!.Get();

    /// <summary>Elements that come back while somebody uses them.</summary>
    private sealed class Elsewhere(Func<byte[]> restore)
    {
        private readonly Lock _lock = new();
        private readonly WeakReference<byte[]?> _last = new(null);

        public byte[] Get()
        {
            lock (_lock)
            {
                if (!_last.TryGetTarget(out byte[]? bytes))
                    _last.SetTarget(bytes = restore());
                return bytes;
            }
        }
    }

    /// <summary>A tensor over an array that nobody else keeps.</summary>
    internal static TensorValue Own(NumericFormat format, byte[] bytes, ReadOnlySpan<int> shape)
    {
        long count = 1;
        foreach (int dimension in shape)
        {
            if (dimension < 0)
                throw new ArgumentException($"dimension {dimension} of shape [{string.Join(',', shape.ToArray())}] is negative", nameof(shape));
            if (dimension > 0 && count > long.MaxValue / dimension)
                throw new ArgumentException($"shape [{string.Join(',', shape.ToArray())}] has more than 2^63 elements", nameof(shape));
            count *= dimension;
        }

        int elementBytes = NumericFormats.BytesPerElement(format);
        if (bytes.Length % elementBytes != 0 || bytes.Length / elementBytes != count)
        {
            throw new ArgumentException(
                $"shape [{string.Join(',', shape.ToArray())}] has {count} elements of {elementBytes} bytes, but {bytes.Length} bytes were given",
                nameof(shape));
        }

        return new TensorValue(format, bytes, shape.ToArray(), count);
    }
}
