using System.Buffers.Binary;
using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>Single elements of a tensor: bits, value, place.</summary>
internal static class TensorElements
{
    public static ulong BitsAt(TensorValue tensor, long index)
    {
        int width = NumericFormats.BytesPerElement(tensor.Format);
        ReadOnlySpan<byte> element = tensor.Bytes.Span.Slice(checked((int)(index * width)), width);
        return width switch
        {
            8 => BinaryPrimitives.ReadUInt64LittleEndian(element),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(element),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(element),
            _ => element[0],
        };
    }

    public static double ValueOf(ulong bits, NumericFormat format) => format switch
    {
        NumericFormat.Fp64 => BitConverter.UInt64BitsToDouble(bits),
        NumericFormat.Bf16 => Bf16.ToSingle((ushort)bits),
        NumericFormat.Fp16 => Fp16.ToSingle((ushort)bits),
        NumericFormat.Fp8E4M3 => Fp8E4M3.ToSingle((byte)bits),
        NumericFormat.Fp8E5M2 => Fp8E5M2.ToSingle((byte)bits),
        NumericFormat.Int8 => (sbyte)bits,
        NumericFormat.Int32 => (int)bits,
        _ => BitConverter.UInt32BitsToSingle((uint)bits),
    };

    public static ValueList<int> CoordinatesOf(long index, ReadOnlySpan<int> shape)
    {
        int[] coordinates = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            coordinates[axis] = (int)(index % shape[axis]);
            index /= shape[axis];
        }

        return ValueList.Create<int>(coordinates);
    }
}
