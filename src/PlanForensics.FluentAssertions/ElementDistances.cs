using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>The distance of each pair of elements of two comparable tensors: floating-point formats in ulps, integers as |a - b|.</summary>
internal static class ElementDistances
{
    public static long[] Of(TensorValue a, TensorValue b, NaNPolicy nans)
    {
        long[] distances = new long[a.ElementCount];
        switch (a.Format)
        {
            case NumericFormat.Fp64:
                Fill(a, b, distances, (ulong x, ulong y) => Fp64(x, y, nans));
                break;
            case NumericFormat.Int32:
                Fill(a, b, distances, (int x, int y) => Math.Abs((long)x - y));
                break;
            case NumericFormat.Int8:
                Fill(a, b, distances, (sbyte x, sbyte y) => Math.Abs(x - y));
                break;
            case NumericFormat.Bf16 or NumericFormat.Fp16:
                Fill(a, b, distances, (ushort x, ushort y) => UlpDistance.BetweenPatterns(x, y, a.Format, new UlpRules(nans)));
                break;
            default:
                UlpDistance.Distances(a.ToFp32(), b.ToFp32(), distances, a.Format, new UlpRules(nans));
                break;
        }

        return distances;
    }

    private static void Fill<T>(TensorValue a, TensorValue b, long[] distances, Func<T, T, long> distance)
        where T : unmanaged
    {
        ReadOnlySpan<T> left = MemoryMarshal.Cast<byte, T>(a.Bytes.Span);
        ReadOnlySpan<T> right = MemoryMarshal.Cast<byte, T>(b.Bytes.Span);
        for (int index = 0; index < distances.Length; index++)
            distances[index] = distance(left[index], right[index]);
    }

    // Sign and magnitude as one line of integers; -0 and +0 are one point. More than 2^63 - 2 steps count as 2^63 - 2, as in TensorDiff.
    private static long Fp64(ulong left, ulong right, NaNPolicy nans)
    {
        const ulong Infinity = 0x7FF0_0000_0000_0000;
        ulong magnitudeLeft = left & long.MaxValue;
        ulong magnitudeRight = right & long.MaxValue;
        if (magnitudeLeft > Infinity || magnitudeRight > Infinity)
        {
            bool equal = magnitudeLeft > Infinity && magnitudeRight > Infinity && (nans == NaNPolicy.AnyNaNEqual || (nans == NaNPolicy.PayloadEqual && left == right));
            return equal ? 0 : UlpDistance.Incomparable;
        }

        ulong distance = (left ^ right) >> 63 != 0 ? magnitudeLeft + magnitudeRight : Math.Max(magnitudeLeft, magnitudeRight) - Math.Min(magnitudeLeft, magnitudeRight);
        return (long)Math.Min(distance, UlpDistance.Incomparable - 1);
    }
}
