namespace PlanForensics.FluentAssertions.Tests;

/// <summary>Plain loops: what a test would put under assertion.</summary>
internal static class Loops
{
    public static float Fma(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = a[0] * b[0];
        for (int index = 1; index < a.Length; index++)
            sum = MathF.FusedMultiplyAdd(a[index], b[index], sum);
        return sum;
    }

    public static float MultiplyAdd(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int index = 0; index < a.Length; index++)
            sum += a[index] * b[index];
        return sum;
    }

    public static float Sum(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }

    /// <summary>A (rows, K) by W (N, K), each element by a dot product.</summary>
    public static void Gemm(int rows, int columns, ReadOnlySpan<float> a, ReadOnlySpan<float> w, Span<float> c, Func<ReadOnlySpan<float>, ReadOnlySpan<float>, float> dot)
    {
        int depth = a.Length / rows;
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                c[(row * columns) + column] = dot(a.Slice(row * depth, depth), w.Slice(column * depth, depth));
    }
}
