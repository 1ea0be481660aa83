using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Rows;

/// <summary>Norms with a group for each row.</summary>
internal static class RowKernels
{
    public static void Norm<TStep>(ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> y, NormShape shape, RowShape rows)
        where TStep : struct, IMacStep
    {
        ArrayView<float> totals = SharedMemory.Allocate<float>(RowSums.Warps);
        for (int row = Grid.IdxX; row < shape.Rows; row += Grid.DimX)
        {
            long at = (long)row * rows.Width;
            float mean = shape.IsLayer == 1 ? Mean(RowSums.Sum(x, at, rows, totals), shape) : 0.0f;
            bool centered = shape.IsLayer == 1 && shape.Formula == (int)NormFormula.TwoPass;
            float variance = Mean(RowSums.Squares<TStep>(x, at, mean, centered, rows, totals), shape);
            if (shape.IsLayer == 1 && shape.Formula == (int)NormFormula.Moments)
                variance = Fp.Sub(variance, Fp.Mul(mean, mean));
            float root = Fp.Add(variance, shape.Epsilon);
            float inverse = shape.Rsqrt == 1 ? DeviceMath.Rsqrt(root) : Fp.Div(1.0f, Fp.Sqrt(root));
            for (int column = Group.IdxX; column < rows.Width; column += Group.DimX)
            {
                float value = x[at + column];
                if (shape.IsLayer == 1)
                    value = Fp.Sub(value, mean);
                value = Fp.Mul(value, inverse);
                if (shape.CastBeforeWeight == 1)
                    value = FormatRounding.Round(value, shape.Output);
                value = Fp.Mul(value, weight[column]);
                if (shape.IsLayer == 1)
                    value = Fp.Add(value, bias[column]);
                y[at + column] = FormatRounding.Round(value, shape.Output);
            }
        }
    }

    private static float Mean(float sum, NormShape shape) =>
        shape.Reciprocal == 1 ? Fp.Mul(sum, Fp.Div(1.0f, (float)shape.Width)) : Fp.Div(sum, (float)shape.Width);
}
