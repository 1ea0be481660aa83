using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.Tiles;

namespace PlanForensics.Gpu.Warps;

/// <summary>Products whose K is spread over the lanes of a warp: one output a warp, the weights read once in a stream.</summary>
internal static class WarpKernels
{
    /// <summary>Eight outputs a group.</summary>
    public static void Gemv<TStep>(ArrayView<float> a, ArrayView<float> weights, ArrayView<float> bias, ArrayView<float> c, WarpShape shape)
        where TStep : struct, IMacStep
    {
        int lane = Group.IdxX & (WarpShape.Lanes - 1);
        int warp = (Grid.IdxX * (Group.DimX / WarpShape.Lanes)) + (Group.IdxX / WarpShape.Lanes);
        int warps = Grid.DimX * (Group.DimX / WarpShape.Lanes);
        for (int output = warp; output < shape.M * shape.N; output += warps)
        {
            int row = output / shape.N;
            int column = output % shape.N;
            long left = (long)row * shape.K;
            long right = (long)column * shape.K;
            float start = Interop.IntAsFloat(shape.StartsAtZero == 1 ? 0u : 0x8000_0000u);
            float total = shape.Aligned == 1 ? Fours<TStep>(a, weights, left, right, lane, start, shape) : Singles<TStep>(a, weights, left, right, lane, start, shape);
            total = WarpSum.Merge(total, lane, shape.Used, shape.Merge);
            if (lane != 0)
                continue;
            if (shape.HasBias == 1)
                total = FormatRounding.Round(Fp.Add(total, bias[column]), shape.BiasFormat);
            c[output] = FormatRounding.Round(total, shape.Output);
        }
    }

    /// <summary>Lanes of four terms: four loads of 128 bits on their way at a time.</summary>
    private static float Fours<TStep>(ArrayView<float> a, ArrayView<float> weights, long left, long right, int lane, float total, WarpShape shape)
        where TStep : struct, IMacStep
    {
        ArrayView<F4> x = a.AsAligned(16).Cast<F4>();
        ArrayView<F4> w = weights.AsAligned(16).Cast<F4>();
        long xAt = (left >> 2) + lane;
        long wAt = (right >> 2) + lane;
        int fours = shape.K >> 2;
        int index = lane;
        for (; index + (3 * WarpShape.Lanes) < fours; index += 4 * WarpShape.Lanes)
        {
            F4 w0 = w[wAt];
            F4 w1 = w[wAt + WarpShape.Lanes];
            F4 w2 = w[wAt + (2 * WarpShape.Lanes)];
            F4 w3 = w[wAt + (3 * WarpShape.Lanes)];
            total = Four<TStep>(x[xAt], w0, total);
            total = Four<TStep>(x[xAt + WarpShape.Lanes], w1, total);
            total = Four<TStep>(x[xAt + (2 * WarpShape.Lanes)], w2, total);
            total = Four<TStep>(x[xAt + (3 * WarpShape.Lanes)], w3, total);
            xAt += 4 * WarpShape.Lanes;
            wAt += 4 * WarpShape.Lanes;
        }

        for (; index < fours; index += WarpShape.Lanes)
        {
            total = Four<TStep>(x[xAt], w[wAt], total);
            xAt += WarpShape.Lanes;
            wAt += WarpShape.Lanes;
        }

        return total;
    }

    private static float Four<TStep>(F4 x, F4 w, float total)
        where TStep : struct, IMacStep => TStep.Mac(x.W, w.W, TStep.Mac(x.Z, w.Z, TStep.Mac(x.Y, w.Y, TStep.Mac(x.X, w.X, total))));

    private static float Singles<TStep>(ArrayView<float> a, ArrayView<float> weights, long left, long right, int lane, float total, WarpShape shape)
        where TStep : struct, IMacStep
    {
        for (int first = lane * shape.Vector; first < shape.K; first += WarpShape.Lanes * shape.Vector)
        {
            for (int term = first; term < first + shape.Vector && term < shape.K; term++)
                total = TStep.Mac(a[left + term], weights[right + term], total);
        }

        return total;
    }
}
