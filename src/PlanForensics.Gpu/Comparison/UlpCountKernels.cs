using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Comparison;

/// <summary>Distances in ulps of two buffers, counted where they lie: integer atomics, whose order changes nothing.</summary>
internal static class UlpCountKernels
{
    public static void Compare(ArrayView<float> left, ArrayView<float> right, ArrayView<long> counts, UlpShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < left.IntLength; index += stride)
        {
            uint a = Pattern(left[index], shape);
            uint b = Pattern(right[index], shape);
            if (IsStray(left[index], shape) || IsStray(right[index], shape))
            {
                Atomic.Min(ref counts[UlpShape.FirstStray], (long)index);
                continue;
            }

            bool isNaN = (a & 0x7FFF_FFFFu) > shape.LargestNumber || (b & 0x7FFF_FFFFu) > shape.LargestNumber;
            long distance = isNaN ? NaNDistance(a, b, shape) : Key(a, shape) - Key(b, shape);
            distance = distance < 0 && !isNaN ? -distance : distance;
            if (distance == 0)
                continue;
            Atomic.Min(ref counts[UlpShape.First], (long)index);
            if (distance < 0)
            {
                Atomic.Add(ref counts[UlpShape.Incomparable], 1L);
                continue;
            }

            Atomic.Max(ref counts[UlpShape.Largest], distance);
            Atomic.Add(ref counts[Bucket(distance)], 1L);
        }
    }

    /// <summary>The left-aligned pattern of a value of the format.</summary>
    private static uint Pattern(float value, UlpShape shape) =>
        shape.Format == (int)NumericFormat.Fp16 && !FormatRounding.IsNaN(value) ? FormatRounding.Fp16Pattern(value) << 16 : Interop.FloatAsInt(value);

    /// <summary>Whether a number is none of the format's.</summary>
    private static bool IsStray(float value, UlpShape shape)
    {
        uint bits = Interop.FloatAsInt(value);
        if (FormatRounding.IsNaN(value))
            return false;
        return shape.Format == (int)NumericFormat.Fp16
            ? Interop.FloatAsInt(FormatRounding.Round(value, shape.Format)) != bits
            : (bits & ((1u << shape.DroppedBits) - 1u)) != 0;
    }

    private static long Key(uint pattern, UlpShape shape)
    {
        long magnitude = (pattern & 0x7FFF_FFFFu) >> shape.DroppedBits;
        if (pattern <= 0x7FFF_FFFFu)
            return magnitude;
        return shape.ZerosDistinct == 1 ? -magnitude - 1L : -magnitude;
    }

    /// <summary>0 where the rule calls two NaNs equal, else -1.</summary>
    private static long NaNDistance(uint a, uint b, UlpShape shape)
    {
        bool both = (a & 0x7FFF_FFFFu) > shape.LargestNumber && (b & 0x7FFF_FFFFu) > shape.LargestNumber;
        bool equal = both && (shape.NaNs == (int)NaNPolicy.AnyNaNEqual || (shape.NaNs == (int)NaNPolicy.PayloadEqual && a == b));
        return equal ? 0L : -1L;
    }

    private static int Bucket(long distance)
    {
        int bucket = 0;
        for (long rest = distance; rest > 0; rest >>= 1)
            bucket++;
        return bucket;
    }
}
