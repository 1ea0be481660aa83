using ILGPU;
using PlanForensics.Gpu.Programs;
using PlanForensics.Gpu.Tiles;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.MatrixUnits;

/// <summary>One warp's instruction on the CPU device: 32 bytes of terms by the measured model of an H100.</summary>
internal static class MatrixUnitModel
{
    public static F4 Multiply(U4 a, U2 b, F4 c, NumericFormat format)
    {
        int lane = Warp.LaneIdx;
        int rowLane = lane & ~3;
        int columnLane = 8 * (lane & 3);
        Span<uint> upper = stackalloc uint[8];
        Span<uint> lower = stackalloc uint[8];
        Span<uint> left = stackalloc uint[8];
        Span<uint> right = stackalloc uint[8];
        for (int word = 0; word < 4; word++)
        {
            U4 rows = Warp.Shuffle(a, rowLane + word);
            U2 first = Warp.Shuffle(b, columnLane + word);
            U2 second = Warp.Shuffle(b, columnLane + 4 + word);
            (upper[word], upper[word + 4], lower[word], lower[word + 4]) = (rows.X, rows.Z, rows.Y, rows.W);
            (left[word], left[word + 4], right[word], right[word + 4]) = (first.X, first.Y, second.X, second.Y);
        }

        return new F4
        {
            X = Block(upper, left, c.X, format), Y = Block(upper, right, c.Y, format), Z = Block(lower, left, c.Z, format), W = Block(lower, right, c.W, format),
        };
    }

    private static float Block(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, float c, NumericFormat format)
    {
        ReductionStep step = TensorCoreCatalog.Get("H100", format, NumericFormat.Fp32).Step;
        return MatrixUnitBlock.Step(
            WordTerms.Of(a, format), WordTerms.Of(b, format), 0, 1, step.BlockLength, c, step.AlignmentBits, (int)step.Rounding, step.ZeroExponent, (int)format, (int)format);
    }
}
