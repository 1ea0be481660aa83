using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>The ulp distances of two tensors of one format, read block by block.</summary>
/// <remarks>Floating-point formats up to 32 bits: as <see cref="UlpDistance"/>. fp64: the same formula on 64 bits, values above 2^63 - 2 given as
/// 2^63 - 2. Integers: |a - b|.</remarks>
internal sealed class UlpDistances(TensorValue a, TensorValue b, NaNPolicy nans)
{
    public const int BlockLength = 1024;

    private const long LargestDistance = UlpDistance.Incomparable - 1;

    private readonly int _width = NumericFormats.BytesPerElement(a.Format);

    private readonly UlpGrid _grid = HasGrid(a.Format) ? UlpGrid.Of(a.Format, new UlpRules(nans)) : default;

    public int Count { get; } = checked((int)a.ElementCount);

    public NumericFormat Format => a.Format;

    public NaNPolicy NaNs => nans;

    public ReadOnlySpan<byte> BytesA => a.Bytes.Span;

    public ReadOnlySpan<byte> BytesB => b.Bytes.Span;

    public bool IsBlockBitwiseEqual(int start, int length) => Slice(a, start, length).SequenceEqual(Slice(b, start, length));

    /// <summary>Writes the distances of the elements from a start on, at most <see cref="BlockLength"/>.</summary>
    public void Fill(int start, Span<long> distances)
    {
        ReadOnlySpan<byte> left = Slice(a, start, distances.Length);
        ReadOnlySpan<byte> right = Slice(b, start, distances.Length);
        switch (Format)
        {
            case NumericFormat.Fp64:
                FillFp64(MemoryMarshal.Cast<byte, ulong>(left), MemoryMarshal.Cast<byte, ulong>(right), distances);
                break;
            case NumericFormat.Int32:
                for (int i = 0; i < distances.Length; i++)
                    distances[i] = Math.Abs((long)MemoryMarshal.Cast<byte, int>(left)[i] - MemoryMarshal.Cast<byte, int>(right)[i]);
                break;
            case NumericFormat.Int8:
                for (int i = 0; i < distances.Length; i++)
                    distances[i] = Math.Abs((sbyte)left[i] - (sbyte)right[i]);
                break;
            case NumericFormat.Fp32 or NumericFormat.Tf32:
                UlpVectorDistance.Fill(MemoryMarshal.Cast<byte, uint>(left), MemoryMarshal.Cast<byte, uint>(right), distances, _grid);
                break;
            default:
                FillAligned(left, right, distances);
                break;
        }
    }

    private static bool HasGrid(NumericFormat format) => format is not (NumericFormat.Fp64 or NumericFormat.Int32 or NumericFormat.Int8);

    private void FillAligned(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<long> distances)
    {
        Span<uint> alignedLeft = stackalloc uint[BlockLength];
        Span<uint> alignedRight = stackalloc uint[BlockLength];
        Align(left, alignedLeft);
        Align(right, alignedRight);
        UlpVectorDistance.Fill(alignedLeft[..distances.Length], alignedRight[..distances.Length], distances, _grid);
    }

    // Left-aligning a 16-bit pattern is what widening bf16 does, whatever format the pattern has.
    private void Align(ReadOnlySpan<byte> bytes, Span<uint> patterns)
    {
        if (_width == 2)
        {
            Bf16.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<uint, float>(patterns)[..(bytes.Length / 2)]);
            return;
        }

        for (int i = 0; i < bytes.Length; i++)
            patterns[i] = (uint)bytes[i] << 24;
    }

    private void FillFp64(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<long> distances)
    {
        for (int i = 0; i < distances.Length; i++)
            distances[i] = BetweenFp64(left[i], right[i]);
    }

    private long BetweenFp64(ulong left, ulong right)
    {
        const ulong Infinity = 0x7FF0_0000_0000_0000;
        ulong magnitudeLeft = left & long.MaxValue;
        ulong magnitudeRight = right & long.MaxValue;
        if (magnitudeLeft > Infinity || magnitudeRight > Infinity)
        {
            bool equal = magnitudeLeft > Infinity && magnitudeRight > Infinity
                && (nans == NaNPolicy.AnyNaNEqual || (nans == NaNPolicy.PayloadEqual && left == right));
            return equal ? 0 : UlpDistance.Incomparable;
        }

        ulong distance = ((left ^ right) >> 63) != 0 ? magnitudeLeft + magnitudeRight
            : Math.Max(magnitudeLeft, magnitudeRight) - Math.Min(magnitudeLeft, magnitudeRight);
        return (long)Math.Min(distance, LargestDistance);
    }

    private ReadOnlySpan<byte> Slice(TensorValue tensor, int start, int length) => tensor.Bytes.Span.Slice(start * _width, length * _width);
}
