using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>The numeric format of a .NET type, and tensors of its values.</summary>
internal static class ElementFormats
{
    public static TensorValue Tensor<T>(ReadOnlySpan<T> values)
        where T : unmanaged => TensorValue.FromBytes(Of<T>(), MemoryMarshal.AsBytes(values), values.Length);

    public static TensorValue Scalar<T>(T value)
        where T : unmanaged => TensorValue.FromBytes(Of<T>(), MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static NumericFormat Of<T>()
    {
        if (typeof(T) == typeof(float))
            return NumericFormat.Fp32;
        if (typeof(T) == typeof(Half))
            return NumericFormat.Fp16;
        if (typeof(T) == typeof(BFloat16Bits) || typeof(T).FullName == "System.Numerics.BFloat16")
            return NumericFormat.Bf16;
        if (typeof(T) == typeof(double))
            return NumericFormat.Fp64;
        if (typeof(T) == typeof(int))
            return NumericFormat.Int32;
        if (typeof(T) == typeof(sbyte))
            return NumericFormat.Int8;
        throw new NotSupportedException(typeof(T) == typeof(ushort)
            ? "16 bits may be bf16 or fp16: say which, by AsBFloat16() or AsHalf()"
            : $"{typeof(T).Name} is no format of numbers that has bits and ulps here; there are float, double, Half, BFloat16, BFloat16Bits, int, sbyte and TensorValue of every format");
    }
}
