using PlanForensics.Numerics;

namespace PlanForensics.Kernels.Simd;

/// <summary>Operands as the arithmetic reads them.</summary>
internal static class Operands
{
    /// <summary>Rounds to an operand format: to nearest even, tf32 by truncation.</summary>
    public static void Round(ReadOnlySpan<float> source, Span<float> destination, NumericFormat format)
    {
        if (format is NumericFormat.Fp32 or NumericFormat.Fp64)
            source.CopyTo(destination);
        else if (format == NumericFormat.Tf32)
            Truncate(source, destination);
        else
            Rounding.Round(source, destination, format);
    }

    /// <summary>Rows (rows, K) to (K, rows), rounded to an operand format.</summary>
    public static void Interleave(ReadOnlySpan<float> source, int rows, int depth, NumericFormat format, Span<float> rowBuffer, Span<float> destination)
    {
        if (rows == 1)
        {
            Round(source, destination, format);
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            Span<float> rounded = rowBuffer[..depth];
            Round(source.Slice(row * depth, depth), rounded, format);
            for (int k = 0; k < rounded.Length; k++)
                destination[(k * rows) + row] = rounded[k];
        }
    }

    private static void Truncate(ReadOnlySpan<float> source, Span<float> destination)
    {
        for (int index = 0; index < source.Length; index++)
            destination[index] = Tf32.Truncate(source[index]);
    }
}
