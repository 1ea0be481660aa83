using ILGPU;
using PlanForensics.Gpu.Arithmetic;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Comparison;

/// <summary>The greedy token of rows of logits. Value, then place, is a total order, so how the row is shared out changes nothing.</summary>
internal static class ArgmaxKernels
{
    /// <summary>The best of a share of a row: share t takes columns t, t + shares, ..; -1 where it has none.</summary>
    public static void Share(ArrayView<float> logits, ArrayView<int> best, int columns, int shares, int tie)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < best.IntLength; index += stride)
        {
            long row = (long)(index / shares) * columns;
            int chosen = -1;
            for (int column = index % shares; column < columns; column += shares)
                chosen = Better(logits, row, column, chosen, tie);
            best[index] = chosen;
        }
    }

    /// <summary>The best of a row's shares, one row a thread.</summary>
    public static void Choose(ArrayView<float> logits, ArrayView<int> best, ArrayView<int> chosen, int columns, int shares, int tie)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int row = Grid.GlobalIndex.X; row < chosen.IntLength; row += stride)
        {
            int own = best[(long)row * shares];
            for (int share = 1; share < shares; share++)
                own = Better(logits, (long)row * columns, best[((long)row * shares) + share], own, tie);
            chosen[row] = own;
        }
    }

    private static int Better(ArrayView<float> logits, long row, int candidate, int chosen, int tie)
    {
        if (chosen < 0 || candidate < 0)
            return chosen < 0 ? candidate : chosen;
        float left = logits[row + candidate];
        float right = logits[row + chosen];
        bool leftIsNaN = FormatRounding.IsNaN(left);
        bool rightIsNaN = FormatRounding.IsNaN(right);
        bool larger = leftIsNaN ? !rightIsNaN : !rightIsNaN && left > right;
        bool smaller = rightIsNaN ? !leftIsNaN : !leftIsNaN && left < right;
        if (larger || smaller)
            return larger ? candidate : chosen;
        return (candidate > chosen) == (tie == (int)TieRule.Last) ? candidate : chosen;
    }
}
