namespace PlanForensics.Kernels.Reference;

/// <summary>Count, mean and sum of squared differences of some values, merged as ATen merges them.</summary>
internal struct RowMoments
{
    public int Count;
    public float Mean;
    public float Squares;

    /// <summary>Welford's update with the reciprocal of the count.</summary>
    public void Take(float x, bool fused)
    {
        Count++;
        float difference = x - Mean;
        Mean = Add(1f / Count, difference, Mean, fused);
        Squares = Add(difference, x - Mean, Squares, fused);
    }

    /// <summary>Welford's update with a division.</summary>
    public void TakeDividing(float x, bool fused)
    {
        Count++;
        float difference = x - Mean;
        Mean += difference / Count;
        Squares = Add(difference, x - Mean, Squares, fused);
    }

    /// <summary>Takes other moments in, vector code of ATen 2.x.</summary>
    public void Merge(in RowMoments other)
    {
        int total = Count + other.Count;
        float share = total == 0 ? 0 : (float)other.Count / total;
        float difference = other.Mean - Mean;
        float step = share * difference;
        Squares = MathF.FusedMultiplyAdd(difference * Count, step, Squares + other.Squares);
        Mean += step;
        Count = total;
    }

    /// <summary>Takes other moments in, scalar code and ATen 1.x.</summary>
    public void MergeGrouped(in RowMoments other, bool fused)
    {
        int total = Count + other.Count;
        float share = total == 0 ? 0 : (float)other.Count / total;
        float difference = other.Mean - Mean;
        Mean = Add(share, difference, Mean, fused);
        Squares += Add(difference * difference * share, Count, other.Squares, fused);
        Count = total;
    }

    private static float Add(float left, float right, float sum, bool fused) => fused ? MathF.FusedMultiplyAdd(left, right, sum) : (left * right) + sum;
}
