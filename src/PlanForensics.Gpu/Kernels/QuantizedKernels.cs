using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Products of block-quantised weights: <see cref="Plans.QuantizedGemmProgram"/>.</summary>
internal static class QuantizedKernels
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;

    /// <summary>Activations become q8_0: one block of 32 a thread.</summary>
    public static void Quantize(ArrayView<float> x, ArrayView<sbyte> quants, ArrayView<float> scales, QuantizedShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int block = Grid.GlobalIndex.X; block < scales.IntLength; block += stride)
        {
            long at = (long)block * QuantizedShape.Block;
            float largest = shape.IsReference == 1 ? Extreme(x, at) : VectorMaximum(x, at);
            float scale = Fp.Div(largest, 127.0f);
            float inverse = shape.IsReference == 1 ? Fp.Div(1.0f, scale) : Fp.Div(127.0f, largest);
            if ((shape.IsReference == 1 ? scale : largest) == 0.0f)
                inverse = 0.0f;
            scales[block] = FormatRounding.Round(scale, (int)Numerics.NumericFormat.Fp16);
            for (int index = 0; index < QuantizedShape.Block; index++)
            {
                float scaled = Fp.Mul(x[at + index], inverse);
                quants[at + index] = (sbyte)(shape.IsReference == 1 ? AwayFromZero(scaled) : Saturated(scaled));
            }
        }
    }

    /// <summary>One output a thread.</summary>
    public static void Product(
        ArrayView<int> code, ArrayView<ushort> weights, ArrayView<sbyte> quants, ArrayView<float> scales, ArrayView<float> c, ArrayView<double> slots, QuantizedShape shape)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        for (int element = thread; element < shape.Rows * shape.Outputs; element += stride)
        {
            long blocks = (long)(element % shape.Outputs) * (shape.Depth / QuantizedShape.Block) * shape.BlockHalves;
            long terms = (long)(element / shape.Outputs) * shape.Depth;
            double value = Interpreter.Run(
                code, 0, shape.Instructions, Fp32, Fp32,
                new QuantizedFactor(weights, blocks, quants, scales, terms, true, shape), new QuantizedFactor(weights, blocks, quants, scales, terms, false, shape),
                0.0f, 0.0, slots, thread, stride);
            c[element] = Fp.Narrow(FormatRounding.Round(value, Fp32));
        }
    }

    /// <summary>The maximum of magnitudes in the order of an AVX2 kernel, in which a NaN may win or lose: eight lanes, then halves.</summary>
    private static float VectorMaximum(ArrayView<float> x, long at) => Larger(
        Larger(Pair(x, at, 0), Pair(x, at, 2)),
        Larger(Pair(x, at, 1), Pair(x, at, 3)));

    private static float Pair(ArrayView<float> x, long at, int lane) => Larger(Lane(x, at + lane + 4), Lane(x, at + lane));

    private static float Lane(ArrayView<float> x, long at) => Larger(Larger(Larger(Magnitude(x[at]), Magnitude(x[at + 8])), Magnitude(x[at + 16])), Magnitude(x[at + 24]));

    private static float Larger(float first, float second) => first > second ? first : second;

    private static float Magnitude(float value) => Interop.IntAsFloat(Interop.FloatAsInt(value) & 0x7FFF_FFFFu);

    /// <summary>The largest magnitude of finite values.</summary>
    private static float Extreme(ArrayView<float> x, long at)
    {
        float largest = 0.0f;
        for (int index = 0; index < QuantizedShape.Block; index++)
            largest = Larger(Magnitude(x[at + index]), largest);
        return largest;
    }

    /// <summary>Ties to even, within -128..127; what no 32-bit integer holds is -128.</summary>
    private static int Saturated(float value)
    {
        if (!(Magnitude(value) < 2147483648.0f))
            return -128;
        if (value >= 127.0f)
            return 127;
        if (value <= -128.0f)
            return -128;
        return (int)Fp.Sub(Fp.Add(value, 12582912.0f), 12582912.0f);
    }

    private static int AwayFromZero(float value)
    {
        float magnitude = Magnitude(value);
        int whole = (int)magnitude;
        if (Fp.Sub(magnitude, (float)whole) >= 0.5f)
            whole++;
        return value < 0.0f ? -whole : whole;
    }
}
