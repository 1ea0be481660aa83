using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PlanForensics.Numerics;

/// <summary>A matrix in a block format, (rows, depth): scales and quants of every block, read from ggml's bytes. Immutable.</summary>
/// <remarks>Blocks run along a row, rows follow one another. Bitwise: identical on every machine. Source: ggml's <c>block_q8_0</c> and <c>block_q4_0</c>, checked on bytes that ggml wrote.</remarks>
public sealed class BlockMatrix
{
    private readonly float[] _scales;
    private readonly sbyte[] _quants;
    private readonly Lazy<string> _contentHash;

    /// <summary>Reads blocks.</summary>
    /// <param name="format">The format.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="depth">Weights of a row, a multiple of 32.</param>
    /// <param name="bytes">The blocks, row after row; not copied, must not change afterwards.</param>
    /// <exception cref="ArgumentException">The depth is not a multiple of 32, or the number of bytes does not fit.</exception>
    public BlockMatrix(BlockFormat format, int rows, int depth, ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        long expected = rows * BlockFormats.RowBytes(format, depth);
        if (bytes.Length != expected)
            throw new ArgumentException($"{rows} rows of {depth} weights in {BlockFormats.NameOf(format)} are {expected} bytes; got {bytes.Length}", nameof(bytes));
        (Format, Rows, Depth, Bytes) = (format, rows, depth, bytes);
        _scales = new float[rows * (depth / BlockFormats.BlockLength)];
        _quants = new sbyte[_scales.Length * BlockFormats.BlockLength];
        Unpack();
        _contentHash = new Lazy<string>(() => Convert.ToHexStringLower(SHA256.HashData(Bytes.Span)));
    }

    /// <summary>The format.</summary>
    public BlockFormat Format { get; }

    /// <summary>Rows: outputs of a matrix product.</summary>
    public int Rows { get; }

    /// <summary>Weights of a row: terms of a matrix product.</summary>
    public int Depth { get; }

    /// <summary>Blocks of a row.</summary>
    public int BlocksPerRow => Depth / BlockFormats.BlockLength;

    /// <summary>The stored bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the bytes, lower-case hex; computed once.</summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>Scales of a row's blocks, widened exactly from binary16.</summary>
    /// <param name="row">0-based row.</param>
    /// <returns>One value a block.</returns>
    public ReadOnlySpan<float> Scales(int row) => _scales.AsSpan(row * BlocksPerRow, BlocksPerRow);

    /// <summary>Integers of a row: -128..127 (q8_0) or -8..7 (q4_0), in the order of the weights.</summary>
    /// <param name="row">0-based row.</param>
    /// <returns>One value a weight.</returns>
    public ReadOnlySpan<sbyte> Quants(int row) => _quants.AsSpan(row * Depth, Depth);

    /// <summary>The weights: <c>fl(d * q)</c>, one rounding to binary32, which is exact for finite scales. NaN results are canonical.</summary>
    /// <returns>rows x depth values, row-major. Bitwise: identical on every machine.</returns>
    public float[] Dequantize()
    {
        float[] values = new float[_quants.Length];
        for (int index = 0; index < values.Length; index++)
        {
            float value = _scales[index / BlockFormats.BlockLength] * _quants[index];
            values[index] = float.IsNaN(value) ? FormatLimits.CanonicalNaN32 : value;
        }

        return values;
    }

    private void Unpack()
    {
        int size = BlockFormats.BlockBytes(Format);
        for (int block = 0; block < _scales.Length; block++)
        {
            ReadOnlySpan<byte> bytes = Bytes.Span.Slice(block * size, size);
            Span<sbyte> quants = _quants.AsSpan(block * BlockFormats.BlockLength, BlockFormats.BlockLength);
            _scales[block] = Fp16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes));
            for (int index = 0; index < quants.Length; index++)
                quants[index] = Format == BlockFormat.Q8Type0 ? (sbyte)bytes[2 + index] : (sbyte)(((bytes[2 + (index & 15)] >> (index & 16) / 4) & 15) - 8);
        }
    }
}
