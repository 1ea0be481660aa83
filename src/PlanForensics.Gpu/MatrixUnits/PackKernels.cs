using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>Operands in the words that matrix units read.</summary>
internal static class PackKernels
{
    /// <summary>Values that are representable in a format, one word a tf32 (or fp32) value or a pair of the others, the first in the low half.</summary>
    public static void Pack(ArrayView<float> source, ArrayView<uint> target, int format)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < target.IntLength; index += stride)
        {
            if (format == (int)Numerics.NumericFormat.Tf32)
                target[index] = Interop.FloatAsInt(source[index]);
            else
                target[index] = Half(source[2L * index], format) | (Half(source[(2L * index) + 1], format) << 16);
        }
    }

    /// <summary>Weights in words of their own: what a unit reads of tf32 operands.</summary>
    public static void Unpack<TWeights>(ArrayView<uint> source, ArrayView<uint> target)
        where TWeights : struct, IWeightFormat
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < target.IntLength; index += stride)
            target[index] = Interop.FloatAsInt(TWeights.At(source, index));
    }

    private static uint Half(float value, int format) => format == (int)Numerics.NumericFormat.Bf16 ? Interop.FloatAsInt(value) >> 16 : FormatRounding.Fp16Pattern(value);
}
