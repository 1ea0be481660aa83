using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Operators without a reduction, one element (or pair) a thread.</summary>
internal static class ElementwiseKernels
{
    /// <summary>y = fl(stream + x), rounded to the output format.</summary>
    public static void Add(ArrayView<float> stream, ArrayView<float> x, ArrayView<float> y, int format)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < y.IntLength; index += stride)
            y[index] = FormatRounding.Round(Fp.Add(stream[index], x[index]), format);
    }

    /// <summary>y = silu(gate) * up.</summary>
    public static void SiluMultiply(ArrayView<float> gate, ArrayView<float> up, ArrayView<float> y, ArrayView<ulong> roots, ActivationShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < y.IntLength; index += stride)
        {
            float x = gate[index];
            float exponential = FormatRounding.Round(DeviceExp.Exp(shape.Math, -x, roots), shape.Steps);
            float denominator = FormatRounding.Round(Fp.Add(1.0f, exponential), shape.Steps);
            float silu = shape.Form == (int)ActivationForm.Divide
                ? Fp.Div(x, denominator)
                : Fp.Mul(x, FormatRounding.Round(Fp.Div(1.0f, denominator), shape.Steps));
            silu = FormatRounding.Round(FormatRounding.Round(silu, shape.Steps), shape.Intermediate);
            y[index] = FormatRounding.Round(Fp.Mul(silu, up[index]), shape.Output);
        }
    }

    /// <summary>GELU by tanh.</summary>
    public static void GeluTanh(ArrayView<float> x, ArrayView<float> y, int output)
    {
        float factor = Interop.IntAsFloat(0x3F4C_422Au); // sqrt(2 / pi)
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < y.IntLength; index += stride)
        {
            float value = x[index];
            float cubic = Fp.Mul(0.044715f, Fp.Mul(value, Fp.Mul(value, value)));
            float inner = Fp.Mul(factor, Fp.Add(value, cubic));
            y[index] = FormatRounding.Round(Fp.Mul(Fp.Mul(0.5f, value), Fp.Add(1.0f, DeviceMath.Tanh(inner))), output);
        }
    }

    /// <summary>GELU by a table of results at the 65,536 fp16 patterns.</summary>
    public static void GeluTable(ArrayView<float> x, ArrayView<float> y, ArrayView<float> table, int output)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < y.IntLength; index += stride)
        {
            float value = x[index];
            float result = value <= -10.0f ? 0.0f : value;
            if (!(value <= -10.0f) && !(value >= 10.0f))
                result = table[(int)FormatRounding.Fp16Pattern(FormatRounding.Round(value, (int)Numerics.NumericFormat.Fp16))];
            y[index] = FormatRounding.Round(result, output);
        }
    }

    /// <summary>Rotates the pairs of every head of every row by the row's position; the tables hold a row for each position.</summary>
    public static void Rope(ArrayView<float> cosine, ArrayView<float> sine, ArrayView<int> positions, ArrayView<float> heads, ArrayView<float> rotated, RopeShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < shape.Pairs; index += stride)
        {
            int pair = index % shape.Half;
            int head = index / shape.Half * 2 * shape.Half;
            int first = head + (shape.Interleaved == 1 ? 2 * pair : pair);
            int second = shape.Interleaved == 1 ? first + 1 : first + shape.Half;
            long entry = ((long)positions[index / shape.RowPairs] * shape.Half) + pair;
            float x0 = heads[first];
            float x1 = heads[second];
            float c = cosine[entry];
            float s = sine[entry];
            float y0 = shape.Fused == 1
                ? Fp.Fma(x0, c, -Fp.Mul(x1, s))
                : Fp.Sub(FormatRounding.Round(Fp.Mul(x0, c), shape.Product), FormatRounding.Round(Fp.Mul(x1, s), shape.Product));
            float y1 = shape.Fused == 1
                ? Fp.Fma(x0, s, Fp.Mul(x1, c))
                : Fp.Add(FormatRounding.Round(Fp.Mul(x1, c), shape.Product), FormatRounding.Round(Fp.Mul(x0, s), shape.Product));
            rotated[first] = FormatRounding.Round(y0, shape.Output);
            rotated[second] = FormatRounding.Round(y1, shape.Output);
        }
    }
}
