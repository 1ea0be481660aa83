using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing.Arrays;

/// <summary>A file of elements without a header.</summary>
internal static class RawArray
{
    public static TensorValue Read(Stream stream, string path, NumericFormat format, ValueList<int>? shape)
    {
        long width = NumericFormats.BytesPerElement(format);
        if (shape is not null)
            return ArrayBytes.Read(stream, path, format, [.. shape], 0);
        if (stream.Length % width != 0)
            throw new ArrayFormatException(path, $"{stream.Length} bytes are no whole number of {NumericFormats.NameOf(format)} elements of {width} bytes");
        if (stream.Length > Array.MaxLength)
            throw ArrayBytes.TooLarge(path, stream.Length);
        return ArrayBytes.Read(stream, path, format, [(int)(stream.Length / width)], 0);
    }
}
