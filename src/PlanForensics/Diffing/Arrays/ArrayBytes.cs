using PlanForensics.Numerics;

namespace PlanForensics.Diffing.Arrays;

/// <summary>Reads the elements of an array once their number is known, and checks it against what the file holds first.</summary>
internal static class ArrayBytes
{
    public static TensorValue Read(Stream stream, string path, NumericFormat format, int[] shape, long offset)
    {
        UInt128 wanted = (UInt128)NumericFormats.BytesPerElement(format);
        string dimensions = string.Join(',', shape);
        foreach (int dimension in shape)
        {
            if (dimension < 0)
                throw new ArrayFormatException(path, $"dimension {dimension} of shape [{dimensions}] is negative");
            // Saturates far above any file, so that a later dimension of 0 still gives 0.
            wanted = dimension == 0 ? 0 : wanted > ulong.MaxValue ? wanted : wanted * (uint)dimension;
        }

        long held = stream.Length - stream.Position;
        if (wanted != (UInt128)held)
        {
            throw new ArrayFormatException(
                path,
                $"shape [{dimensions}] of {NumericFormats.NameOf(format)} takes {wanted} bytes, but the file holds {held}"
                + (wanted < (UInt128)held ? "; one file must hold one array" : "; it was cut, or the shape or format is another"),
                offset);
        }

        if (held > Array.MaxLength)
            throw TooLarge(path, held);
        byte[] bytes = new byte[held];
        stream.ReadExactly(bytes);
        return TensorValue.FromBytes(format, (ReadOnlySpan<byte>)bytes, shape);
    }

    public static ArrayFormatException TooLarge(string path, long bytes) =>
        new(path, $"{bytes} bytes are more than one array may have here ({Array.MaxLength}); split the array and compare the parts");
}
