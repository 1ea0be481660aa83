using System.Runtime.InteropServices;

namespace PlanForensics.Numerics;

/// <summary>Packs fp32-held values into a format's bytes, and widens them back, never rounding.</summary>
internal static class TensorBytes
{
    public static void Pack(ReadOnlySpan<float> values, NumericFormat format, Span<byte> bytes)
    {
        if (format == NumericFormat.Fp64)
            throw new ArgumentOutOfRangeException(nameof(format), format, "fp32-held values are stored in fp32 or narrower formats");
        float[] rounded = new float[values.Length];
        Rounding.Round(values, rounded, format);
        CheckRepresentable(values, rounded, format);
        switch (format)
        {
            case NumericFormat.Bf16:
                Bf16.FromSingle(rounded, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            case NumericFormat.Fp16:
                Fp16.FromSingle(rounded, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            case NumericFormat.Fp8E4M3:
                Fp8E4M3.FromSingle(rounded, bytes);
                break;
            case NumericFormat.Fp8E5M2:
                Fp8E5M2.FromSingle(rounded, bytes);
                break;
            default:
                MemoryMarshal.AsBytes(rounded.AsSpan()).CopyTo(bytes);
                break;
        }
    }

    public static void Widen(ReadOnlySpan<byte> bytes, NumericFormat format, Span<float> values)
    {
        switch (format)
        {
            case NumericFormat.Bf16:
                Bf16.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            case NumericFormat.Fp16:
                Fp16.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            case NumericFormat.Fp8E4M3:
                Fp8E4M3.ToSingle(bytes, values);
                break;
            case NumericFormat.Fp8E5M2:
                Fp8E5M2.ToSingle(bytes, values);
                break;
            case NumericFormat.Int8:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (sbyte)bytes[i];
                break;
            case NumericFormat.Int32:
                WidenInt32(MemoryMarshal.Cast<byte, int>(bytes), values);
                break;
            case NumericFormat.Fp64:
                WidenFp64(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            default:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
        }
    }

    private static void CheckRepresentable(ReadOnlySpan<float> values, ReadOnlySpan<float> rounded, NumericFormat format)
    {
        for (int i = 0; i < values.Length; i++)
        {
            uint before = BitConverter.SingleToUInt32Bits(values[i]);
            uint after = BitConverter.SingleToUInt32Bits(rounded[i]);
            if (before != after && !float.IsNaN(values[i]))
            {
                throw new ArgumentException(
                    $"value {values[i]:R} (0x{before:X8}) at index {i} is not representable in {NumericFormats.NameOf(format)}; round first");
            }
        }
    }

    private static void WidenInt32(ReadOnlySpan<int> elements, Span<float> values)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            values[i] = elements[i];
            if (values[i] != (double)elements[i])
                throw new InvalidOperationException($"int32 element {elements[i]} at index {i} has no fp32 value");
        }
    }

    private static void WidenFp64(ReadOnlySpan<double> elements, Span<float> values)
    {
        for (int i = 0; i < elements.Length; i++)
        {
            values[i] = double.IsNaN(elements[i]) ? FormatLimits.CanonicalNaN32 : (float)elements[i];
            if (values[i] != elements[i] && !double.IsNaN(elements[i]))
            {
                throw new InvalidOperationException(
                    $"fp64 element {elements[i]:R} (0x{BitConverter.DoubleToUInt64Bits(elements[i]):X16}) at index {i} has no fp32 value");
            }
        }
    }
}
