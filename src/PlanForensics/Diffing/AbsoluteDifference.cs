using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>The largest difference of two tensors in value, over pairs of finite elements.</summary>
internal static class AbsoluteDifference
{
    public static double Largest(TensorValue a, TensorValue b, UlpDistances distances)
    {
        double largest = 0;
        Span<double> left = stackalloc double[UlpDistances.BlockLength];
        Span<double> right = stackalloc double[UlpDistances.BlockLength];
        for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
        {
            int length = Math.Min(UlpDistances.BlockLength, distances.Count - start);
            if (distances.IsBlockBitwiseEqual(start, length))
                continue;
            Widen(a, start, left[..length]);
            Widen(b, start, right[..length]);
            for (int i = 0; i < length; i++)
            {
                double difference = Math.Abs(left[i] - right[i]);
                if (difference > largest && double.IsFinite(left[i]) && double.IsFinite(right[i]))
                    largest = difference;
            }
        }

        return largest;
    }

    private static void Widen(TensorValue tensor, int start, Span<double> values)
    {
        ReadOnlySpan<byte> bytes = tensor.Bytes.Span;
        switch (tensor.Format)
        {
            case NumericFormat.Fp64:
                MemoryMarshal.Cast<byte, double>(bytes).Slice(start, values.Length).CopyTo(values);
                break;
            case NumericFormat.Fp32 or NumericFormat.Tf32:
                ReadOnlySpan<float> singles = MemoryMarshal.Cast<byte, float>(bytes).Slice(start, values.Length);
                for (int i = 0; i < values.Length; i++)
                    values[i] = singles[i];
                break;
            case NumericFormat.Bf16:
                ReadOnlySpan<ushort> patterns = MemoryMarshal.Cast<byte, ushort>(bytes).Slice(start, values.Length);
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.UInt32BitsToSingle((uint)patterns[i] << 16);
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    values[i] = TensorElements.ValueOf(TensorElements.BitsAt(tensor, start + i), tensor.Format);
                break;
        }
    }
}
