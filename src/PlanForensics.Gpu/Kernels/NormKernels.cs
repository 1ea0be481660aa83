using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Programs;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Kernels;

/// <summary>Norms by any program: one row a thread for the statistics, then one element a thread.</summary>
internal static class NormKernels
{
    private const int Fp32 = (int)Numerics.NumericFormat.Fp32;

    /// <summary>Mean and inverse root of each row; the distances of a two-pass LayerNorm go through a workspace as long as the input.</summary>
    public static void Statistics(ArrayView<int> code, ArrayView<float> x, ArrayView<float> distances, ArrayView<float> statistics, ArrayView<double> slots, NormShape shape)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        for (int row = thread; row < shape.Rows; row += stride)
        {
            var values = new Strided(x, (long)row * shape.Width, 1);
            float mean = 0.0f;
            float variance;
            if (shape.IsLayer == 0)
                variance = Mean(shape, shape.WideSquares, Interpreter.Run(code, 0, shape.Squares, Fp32, Fp32, values, values, 0.0f, 0.0, slots, thread, stride));
            else if (shape.Formula == (int)NormFormula.Welford)
                variance = Welford(values, shape, ref mean);
            else
                variance = Moments(code, values, distances, slots, shape, row, ref mean);
            float root = Fp.Add(variance, shape.Epsilon);
            statistics[2 * row] = mean;
            statistics[(2 * row) + 1] = shape.Rsqrt == 1 ? DeviceMath.Rsqrt(root) : Fp.Div(1.0f, Fp.Sqrt(root));
        }
    }

    /// <summary>y from the statistics.</summary>
    public static void Apply(ArrayView<float> x, ArrayView<float> statistics, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y, NormShape shape)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < x.IntLength; index += stride)
        {
            int row = index / shape.Width;
            int column = index % shape.Width;
            float value = x[index];
            if (shape.IsLayer == 1)
                value = Fp.Sub(value, statistics[2 * row]);
            value = Fp.Mul(value, statistics[(2 * row) + 1]);
            if (shape.CastBeforeWeight == 1)
                value = FormatRounding.Round(value, shape.Output);
            value = Fp.Mul(value, weight[column]);
            if (shape.IsLayer == 1)
                value = Fp.Add(value, bias[column]);
            y[index] = FormatRounding.Round(value, shape.Output);
        }
    }

    private static float Moments(ArrayView<int> code, Strided values, ArrayView<float> distances, ArrayView<double> slots, NormShape shape, int row, ref float mean)
    {
        int thread = Grid.GlobalIndex.X;
        int stride = Grid.DimX * Group.DimX;
        mean = Mean(shape, shape.WideSum, Interpreter.Run(code, shape.Squares, shape.Sum, Fp32, Fp32, values, values, 0.0f, 0.0, slots, thread, stride));
        if (shape.Formula == (int)NormFormula.Moments)
        {
            float squares = Mean(shape, shape.WideSquares, Interpreter.Run(code, 0, shape.Squares, Fp32, Fp32, values, values, 0.0f, 0.0, slots, thread, stride));
            return Fp.Sub(squares, Fp.Mul(mean, mean));
        }

        long offset = (long)row * shape.Width;
        for (int column = 0; column < shape.Width; column++)
            distances[offset + column] = Fp.Sub(values.At(column), mean);
        var own = new Strided(distances, offset, 1);
        return Mean(shape, shape.WideSquares, Interpreter.Run(code, 0, shape.Squares, Fp32, Fp32, own, own, 0.0f, 0.0, slots, thread, stride));
    }

    private static float Welford(Strided values, NormShape shape, ref float mean)
    {
        float center = 0.0f;
        float squares = 0.0f;
        for (int column = 0; column < shape.Width; column++)
        {
            float value = values.At(column);
            float distance = Fp.Sub(value, center);
            center = Fp.Add(center, Fp.Div(distance, (float)(column + 1)));
            squares = Fp.Add(squares, Fp.Mul(distance, Fp.Sub(value, center)));
        }

        mean = center;
        return Mean(shape, shape.WideSquares, Fp.Widen(squares));
    }

    /// <summary>A sum in binary64 is divided there, then rounded.</summary>
    private static float Mean(NormShape shape, int wide, double sum)
    {
        if (wide == 1)
            return Fp.Narrow(shape.Reciprocal == 1 ? Fp.Mul(sum, Fp.Div(1.0, (double)shape.Width)) : Fp.Div(sum, (double)shape.Width));
        float narrow = Fp.Narrow(sum);
        return shape.Reciprocal == 1 ? Fp.Mul(narrow, Fp.Div(1.0f, (float)shape.Width)) : Fp.Div(narrow, (float)shape.Width);
    }
}
