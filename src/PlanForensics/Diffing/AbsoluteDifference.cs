using PlanForensics.Numerics;

namespace PlanForensics.Diffing;

/// <summary>The largest difference of two tensors in value, over pairs of finite elements.</summary>
internal static class AbsoluteDifference
{
    public static double Largest(TensorValue a, TensorValue b, UlpDistances distances)
    {
        double largest = 0;
        for (int start = 0; start < distances.Count; start += UlpDistances.BlockLength)
        {
            int end = Math.Min(start + UlpDistances.BlockLength, distances.Count);
            if (distances.IsBlockBitwiseEqual(start, end - start))
                continue;
            for (int i = start; i < end; i++)
            {
                double left = TensorElements.ValueOf(TensorElements.BitsAt(a, i), a.Format);
                double right = TensorElements.ValueOf(TensorElements.BitsAt(b, i), b.Format);
                if (double.IsFinite(left) && double.IsFinite(right))
                    largest = Math.Max(largest, Math.Abs(left - right));
            }
        }

        return largest;
    }
}
