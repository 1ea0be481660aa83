using System.Numerics;
using System.Runtime.InteropServices;

namespace PlanForensics.Numerics;

/// <summary>Vectorised conversions between fp32 and 16-bit patterns; elementwise, so vector width does not show.</summary>
internal static class SixteenBitKernel
{
    private const int BlockLength = 256;

    /// <summary>Rounds a cache-resident block at a time and packs it.</summary>
    public static void Narrow(ReadOnlySpan<float> source, Span<ushort> destination, NumericFormat format, RoundingMode mode, bool saturate)
    {
        SpanChecks.SameLength<float, ushort>(source, destination);
        FormatLimits limits = FormatLimits.Of(format);
        Span<float> block = stackalloc float[BlockLength];
        for (int start = 0; start < source.Length; start += BlockLength)
        {
            ReadOnlySpan<float> from = source.Slice(start, Math.Min(BlockLength, source.Length - start));
            Span<ushort> to = destination.Slice(start, from.Length);
            Span<float> rounded = block[..from.Length];
            Rounding.Round(from, rounded, format, mode, saturate);
            int done = Vector.IsHardwareAccelerated ? PackVectors(rounded, to, format) : 0;
            for (int i = done; i < rounded.Length; i++)
                to[i] = (ushort)BitPatterns.Pack(rounded[i], limits);
        }
    }

    public static void WidenBf16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        SpanChecks.SameLength<ushort, float>(source, destination);
        ReadOnlySpan<Vector<ushort>> from = MemoryMarshal.Cast<ushort, Vector<ushort>>(source);
        Span<Vector<uint>> to = MemoryMarshal.Cast<float, Vector<uint>>(destination);
        for (int i = 0; i < from.Length; i++)
        {
            Vector.Widen(from[i], out Vector<uint> low, out Vector<uint> high);
            to[2 * i] = low << 16;
            to[(2 * i) + 1] = high << 16;
        }

        for (int i = from.Length * Vector<ushort>.Count; i < source.Length; i++)
            destination[i] = Bf16.ToSingle(source[i]);
    }

    public static void WidenFp16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        SpanChecks.SameLength<ushort, float>(source, destination);
        ReadOnlySpan<Vector<ushort>> from = MemoryMarshal.Cast<ushort, Vector<ushort>>(source);
        Span<Vector<uint>> to = MemoryMarshal.Cast<float, Vector<uint>>(destination);
        for (int i = 0; i < from.Length; i++)
        {
            Vector.Widen(from[i], out Vector<uint> low, out Vector<uint> high);
            to[2 * i] = WidenFp16(low);
            to[(2 * i) + 1] = WidenFp16(high);
        }

        for (int i = from.Length * Vector<ushort>.Count; i < source.Length; i++)
            destination[i] = Fp16.ToSingle(source[i]);
    }

    private static int PackVectors(ReadOnlySpan<float> source, Span<ushort> destination, NumericFormat format)
    {
        ReadOnlySpan<Vector<uint>> from = MemoryMarshal.Cast<float, Vector<uint>>(source);
        Span<Vector<ushort>> to = MemoryMarshal.Cast<ushort, Vector<ushort>>(destination);
        for (int i = 0; i < to.Length; i++)
        {
            Vector<uint> low = from[2 * i];
            Vector<uint> high = from[(2 * i) + 1];
            to[i] = format == NumericFormat.Bf16
                ? Vector.Narrow(low >>> 16, high >>> 16)
                : Vector.Narrow(PackFp16(low), PackFp16(high));
        }

        return to.Length * Vector<ushort>.Count;
    }

    // |x| = n * 2^-24 below 2^-14, and 0.5 + n * 2^-24 is exact with n in its low bits.
    private static Vector<uint> PackFp16(Vector<uint> bits)
    {
        Vector<uint> magnitude = bits & new Vector<uint>(0x7FFF_FFFFu);
        Vector<uint> sign = (bits & new Vector<uint>(0x8000_0000u)) >>> 16;
        Vector<uint> normal = (magnitude - new Vector<uint>((127u - 15u) << 23)) >>> 13;
        Vector<uint> small = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + new Vector<float>(0.5f)) - new Vector<uint>(0x3F00_0000u);
        Vector<uint> result = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>((127u - 14u) << 23)), small, normal);
        result = Vector.ConditionalSelect(Vector.Equals(magnitude, new Vector<uint>(0x7F80_0000u)), new Vector<uint>(0x7C00u), result);
        return Vector.ConditionalSelect(
            Vector.GreaterThan(magnitude, new Vector<uint>(0x7F80_0000u)), new Vector<uint>(Fp16.CanonicalNaN), result | sign);
    }

    // Read as fp32, the shifted pattern is x * 2^-112; the multiplication is exact and normalises subnormals.
    private static Vector<uint> WidenFp16(Vector<uint> pattern)
    {
        Vector<uint> sign = (pattern & new Vector<uint>(0x8000u)) << 16;
        Vector<uint> magnitude = (pattern & new Vector<uint>(0x7FFFu)) << 13;
        Vector<uint> finite = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * new Vector<float>(BitConverter.Int32BitsToSingle((127 + 112) << 23)));
        Vector<uint> special = magnitude | new Vector<uint>(0x7F80_0000u);
        return sign | Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(0x7C00u << 13)), finite, special);
    }
}
