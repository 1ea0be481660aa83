using System.Buffers.Binary;
using PlanForensics.Numerics;

namespace PlanForensics.Tests.Diffing;

/// <summary>An element's place on the ulp scale, by a slow and independent way: the bits as one integer, sign and magnitude.</summary>
internal readonly record struct UlpKey(Int128 Key, bool IsNaN)
{
    public static UlpKey Of(TensorValue tensor, int index)
    {
        int width = NumericFormats.BytesPerElement(tensor.Format);
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        tensor.Bytes.Span.Slice(index * width, width).CopyTo(wide);
        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        if (tensor.Format == NumericFormat.Int32)
            return new((int)bits, false);
        if (tensor.Format == NumericFormat.Int8)
            return new((sbyte)bits, false);
        ulong sign = 1UL << ((8 * width) - 1);
        ulong magnitude = bits & (sign - 1);
        bool isNaN = magnitude > LargestNumber(tensor.Format);
        if (tensor.Format == NumericFormat.Tf32)
            magnitude >>= 13;
        return new((bits & sign) != 0 ? -(Int128)magnitude : magnitude, isNaN);
    }

    private static ulong LargestNumber(NumericFormat format) => format switch
    {
        NumericFormat.Fp64 => 0x7FF0_0000_0000_0000,
        NumericFormat.Bf16 => 0x7F80,
        NumericFormat.Fp16 => 0x7C00,
        NumericFormat.Fp8E4M3 => 0x7E,
        NumericFormat.Fp8E5M2 => 0x7C,
        _ => 0x7F80_0000,
    };
}
