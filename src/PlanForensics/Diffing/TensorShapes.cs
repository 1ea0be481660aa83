namespace PlanForensics.Diffing;

/// <summary>Shapes of two tensors, compared.</summary>
internal static class TensorShapes
{
    /// <summary>Whether two shapes are equal when dimensions of 1 are left out: <c>[1,256]</c> and <c>[256]</c> are.</summary>
    public static bool AreAlike(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int i = 0;
        int j = 0;
        while (true)
        {
            while (i < a.Length && a[i] == 1)
                i++;
            while (j < b.Length && b[j] == 1)
                j++;
            if (i == a.Length || j == b.Length)
                return i == a.Length && j == b.Length;
            if (a[i++] != b[j++])
                return false;
        }
    }
}
