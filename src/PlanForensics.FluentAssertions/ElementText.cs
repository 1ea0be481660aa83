using System.Buffers.Binary;
using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Elements, places and distances in words.</summary>
internal static class ElementText
{
    /// <summary>Value and bits, for example <c>1.5 (0x3FC00000)</c>.</summary>
    public static string Of(TensorValue tensor, long index)
    {
        int width = NumericFormats.BytesPerElement(tensor.Format);
        ReadOnlySpan<byte> bytes = tensor.Bytes.Span.Slice(checked((int)(index * width)), width);
        ulong bits = width switch
        {
            8 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            _ => bytes[0],
        };
        return $"{Value(tensor.Format, bits)} (0x{bits.ToString($"X{2 * width}", CultureInfo.InvariantCulture)})";
    }

    public static string Of(RecordedLogit logit)
    {
        int digits = 2 * NumericFormats.BytesPerElement(logit.Format);
        return string.Create(CultureInfo.InvariantCulture, $"{logit.Value:R} (0x{logit.Bits.ToString($"X{digits}", CultureInfo.InvariantCulture)})");
    }

    /// <summary>Coordinates where there are several, else the index; nothing for a scalar.</summary>
    public static string Place(TensorValue tensor, long index)
    {
        if (tensor.Shape.Length == 0)
            return "";
        long[] coordinates = new long[tensor.Shape.Length];
        long rest = index;
        for (int dimension = coordinates.Length - 1; dimension >= 0; dimension--)
            (rest, coordinates[dimension]) = Math.DivRem(rest, tensor.Shape[dimension]);
        return string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', coordinates)}] ");
    }

    public static string Ulps(long ulps, NumericFormat format)
    {
        bool isInteger = format is NumericFormat.Int8 or NumericFormat.Int32;
        return ulps switch
        {
            UlpDistance.Incomparable => "incomparable",
            1 => isInteger ? "1 apart" : $"1 ulp of {NumericFormats.NameOf(format)}",
            _ => isInteger ? $"{Number(ulps)} apart" : $"{Number(ulps)} ulps of {NumericFormats.NameOf(format)}",
        };
    }

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary><c>1 step</c>, <c>2 steps</c>.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : noun.EndsWith("ss", StringComparison.Ordinal) ? $"{Number(count)} {noun}es" : $"{Number(count)} {noun}s";

    private static string Value(NumericFormat format, ulong bits) => format switch
    {
        NumericFormat.Fp64 => Number(BitConverter.UInt64BitsToDouble(bits)),
        NumericFormat.Int8 => Number((sbyte)bits),
        NumericFormat.Int32 => Number((int)bits),
        NumericFormat.Bf16 => Single(Bf16.ToSingle((ushort)bits)),
        NumericFormat.Fp16 => Single(Fp16.ToSingle((ushort)bits)),
        NumericFormat.Fp8E4M3 => Single(Fp8E4M3.ToSingle((byte)bits)),
        NumericFormat.Fp8E5M2 => Single(Fp8E5M2.ToSingle((byte)bits)),
        _ => Single(BitConverter.UInt32BitsToSingle((uint)bits)),
    };

    private static string Single(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
