using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Gpu.MatrixUnits;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Gpu.Weights;

namespace PlanForensics.Gpu.Warps;

/// <summary>Products whose K is spread over the lanes of a warp: one output a warp, the weights read once in a stream.</summary>
internal static class WarpKernels
{
    /// <summary>Eight outputs a group.</summary>
    public static void Gemv<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, ArrayView<float> bias, ArrayView<float> c, WarpShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
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
            float total = Interop.IntAsFloat(shape.StartsAtZero == 1 ? 0u : 0x8000_0000u);
            if (shape.Together == 8)
                total = Eights<TStep, TWeights>(a, weights, left, right, lane, total, shape);
            else if (shape.Together == 4)
                total = Fours<TStep, TWeights>(a, weights, left, right, lane, total, shape);
            else
                total = Singles<TStep, TWeights>(a, weights, left, right, lane, total, shape);
            total = WarpSum.Merge(total, lane, shape.Used, shape.Merge);
            if (lane != 0)
                continue;
            if (shape.HasBias == 1)
                total = FormatRounding.Round(Fp.Add(total, bias[column]), shape.BiasFormat);
            c[output] = FormatRounding.Round(total, shape.Output);
        }
    }

    /// <summary>Lanes of eight terms: four loads of two-byte weights, 128 bits each, on their way at a time (eight of four-byte weights).</summary>
    private static float Eights<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, long left, long right, int lane, float total, WarpShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        ArrayView<F4> x = a.AsAligned(16).Cast<F4>();
        long xAt = (left >> 2) + (2 * lane);
        long wAt = (right >> 3) + lane;
        int eights = shape.K >> 3;
        int index = lane;
        for (; index + (3 * WarpShape.Lanes) < eights; index += 4 * WarpShape.Lanes)
        {
            U8 w0 = TWeights.Load8(weights, wAt);
            U8 w1 = TWeights.Load8(weights, wAt + WarpShape.Lanes);
            U8 w2 = TWeights.Load8(weights, wAt + (2 * WarpShape.Lanes));
            U8 w3 = TWeights.Load8(weights, wAt + (3 * WarpShape.Lanes));
            total = Eight<TStep, TWeights>(x, xAt, w0, total);
            total = Eight<TStep, TWeights>(x, xAt + (2 * WarpShape.Lanes), w1, total);
            total = Eight<TStep, TWeights>(x, xAt + (4 * WarpShape.Lanes), w2, total);
            total = Eight<TStep, TWeights>(x, xAt + (6 * WarpShape.Lanes), w3, total);
            xAt += 8 * WarpShape.Lanes;
            wAt += 4 * WarpShape.Lanes;
        }

        for (; index < eights; index += WarpShape.Lanes)
        {
            total = Eight<TStep, TWeights>(x, xAt, TWeights.Load8(weights, wAt), total);
            xAt += 2 * WarpShape.Lanes;
            wAt += WarpShape.Lanes;
        }

        return total;
    }

    private static float Eight<TStep, TWeights>(ArrayView<F4> x, long at, U8 w, float total)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat => Four<TStep>(x[at + 1], TWeights.LastFour(w), Four<TStep>(x[at], TWeights.Four(w.L), total));

    /// <summary>Lanes of four terms: four loads of 128 bits (64 of two-byte weights) on their way at a time.</summary>
    private static float Fours<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, long left, long right, int lane, float total, WarpShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        ArrayView<F4> x = a.AsAligned(16).Cast<F4>();
        long xAt = (left >> 2) + lane;
        long wAt = (right >> 2) + lane;
        int fours = shape.K >> 2;
        int index = lane;
        for (; index + (3 * WarpShape.Lanes) < fours; index += 4 * WarpShape.Lanes)
        {
            U4 w0 = TWeights.Load4(weights, wAt);
            U4 w1 = TWeights.Load4(weights, wAt + WarpShape.Lanes);
            U4 w2 = TWeights.Load4(weights, wAt + (2 * WarpShape.Lanes));
            U4 w3 = TWeights.Load4(weights, wAt + (3 * WarpShape.Lanes));
            total = Four<TStep>(x[xAt], TWeights.Four(w0), total);
            total = Four<TStep>(x[xAt + WarpShape.Lanes], TWeights.Four(w1), total);
            total = Four<TStep>(x[xAt + (2 * WarpShape.Lanes)], TWeights.Four(w2), total);
            total = Four<TStep>(x[xAt + (3 * WarpShape.Lanes)], TWeights.Four(w3), total);
            xAt += 4 * WarpShape.Lanes;
            wAt += 4 * WarpShape.Lanes;
        }

        for (; index < fours; index += WarpShape.Lanes)
        {
            total = Four<TStep>(x[xAt], TWeights.Four(TWeights.Load4(weights, wAt)), total);
            xAt += WarpShape.Lanes;
            wAt += WarpShape.Lanes;
        }

        return total;
    }

    private static float Four<TStep>(F4 x, F4 w, float total)
        where TStep : struct, IMacStep => TStep.Mac(x.W, w.W, TStep.Mac(x.Z, w.Z, TStep.Mac(x.Y, w.Y, TStep.Mac(x.X, w.X, total))));

    private static float Singles<TStep, TWeights>(ArrayView<float> a, ArrayView<uint> weights, long left, long right, int lane, float total, WarpShape shape)
        where TStep : struct, IMacStep
        where TWeights : struct, IWeightFormat
    {
        for (int first = lane * shape.Vector; first < shape.K; first += WarpShape.Lanes * shape.Vector)
        {
            for (int term = first; term < first + shape.Vector && term < shape.K; term++)
                total = TStep.Mac(a[left + term], TWeights.At(weights, right + term), total);
        }

        return total;
    }
}
