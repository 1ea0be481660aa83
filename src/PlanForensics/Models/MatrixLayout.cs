using System.Runtime.InteropServices;
using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>Moves the elements of a stored tensor into the layout that kernels read; bits are copied, never computed.</summary>
internal static class MatrixLayout
{
    /// <summary>Columns <paramref name="first"/> and on of a (rows, columns) matrix, transposed to (<paramref name="count"/>, rows).</summary>
    public static TensorValue TransposedColumns(TensorValue matrix, int first, int count)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        int size = NumericFormats.BytesPerElement(matrix.Format);
        byte[] result = new byte[checked(rows * count * size)];
        if (size == sizeof(ushort))
            Transpose<ushort>(matrix.Bytes.Span, result, rows, columns, first, count);
        else
            Transpose<uint>(matrix.Bytes.Span, result, rows, columns, first, count);
        return TensorValue.FromBytes(matrix.Format, result, count, rows);
    }

    /// <summary>Elements <paramref name="first"/> and on of a vector.</summary>
    public static TensorValue Columns(TensorValue vector, int first, int count)
    {
        int size = NumericFormats.BytesPerElement(vector.Format);
        return TensorValue.FromBytes(vector.Format, vector.Bytes.Slice(first * size, count * size), count);
    }

    private static void Transpose<T>(ReadOnlySpan<byte> source, Span<byte> destination, int rows, int columns, int first, int count)
        where T : unmanaged
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(source);
        Span<T> to = MemoryMarshal.Cast<byte, T>(destination);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < count; column++)
                to[(column * rows) + row] = from[(row * columns) + first + column];
    }
}
