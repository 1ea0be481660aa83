using System.Runtime.InteropServices;

namespace PlanForensics.Numerics;

/// <summary>Turns fp32-held values into left-aligned patterns of their format, refusing values that the format does not have.</summary>
internal static class UlpPatterns
{
    /// <summary>fp32, tf32 and bf16 values are their own left-aligned patterns.</summary>
    public static bool AreBits(NumericFormat format) => format is NumericFormat.Fp32 or NumericFormat.Tf32 or NumericFormat.Bf16;

    /// <summary>The pattern of one value; a NaN keeps its fp32 bits, which are NaN on every grid.</summary>
    public static uint Of(float value, NumericFormat format, long index)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return bits;
        if (!Rounding.IsRepresentable(value, format))
            throw NotRepresentable(bits, format, index);
        return format switch
        {
            NumericFormat.Fp16 => (uint)Fp16.FromSingle(value) << 16,
            NumericFormat.Fp8E4M3 => (uint)Fp8E4M3.FromSingle(value) << 24,
            NumericFormat.Fp8E5M2 => (uint)Fp8E5M2.FromSingle(value) << 24,
            _ => bits,
        };
    }

    public static void Fill(ReadOnlySpan<float> values, NumericFormat format, long startIndex, Span<uint> patterns)
    {
        if (format == NumericFormat.Fp32)
        {
            MemoryMarshal.Cast<float, uint>(values).CopyTo(patterns);
            return;
        }

        if (TryFillWide(values, format, patterns))
            return;
        for (int i = 0; i < values.Length; i++)
            patterns[i] = Of(values[i], format, startIndex + i);
    }

    public static void CheckSixteenBit(NumericFormat format)
    {
        if (format is not (NumericFormat.Bf16 or NumericFormat.Fp16))
            throw new ArgumentOutOfRangeException(nameof(format), format, "16-bit patterns are bf16 or fp16");
    }

    public static ArgumentException NotRepresentable(uint bits, NumericFormat format, long index) => new(
        $"value {BitConverter.UInt32BitsToSingle(bits):R} (0x{bits:X8}) at index {index} is not representable in {NumericFormats.NameOf(format)}; "
        + "round it first, or compare in fp32");

    /// <summary>Takes whole blocks of representable numbers, without NaN, in vectors.</summary>
    private static bool TryFillWide(ReadOnlySpan<float> values, NumericFormat format, Span<uint> patterns)
    {
        Span<uint> rounded = patterns[..values.Length];
        Span<float> asFloats = MemoryMarshal.Cast<uint, float>(rounded);
        Rounding.Round(values, asFloats, format);
        if (!rounded.SequenceEqual(MemoryMarshal.Cast<float, uint>(values)) || rounded.Contains(FormatLimits.CanonicalNaN32Bits))
            return false;
        if (AreBits(format))
            return true;
        if (format != NumericFormat.Fp16)
            return false;
        Span<ushort> narrow = stackalloc ushort[values.Length];
        Fp16.FromSingle(asFloats, narrow);
        SixteenBitKernel.WidenBf16(narrow, asFloats);
        return true;
    }
}
