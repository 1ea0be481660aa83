using System.Buffers.Binary;
using System.Text;

namespace PlanForensics.Diffing.Arrays;

/// <summary>The header of a .npy file.</summary>
internal sealed record NpyHeader(string Description, int[] Shape)
{
    // NumPy itself refuses headers above 10,000 bytes unless told otherwise.
    private const int LongestHeader = 65_536;

    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static NpyHeader Read(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[8];
        ReadOrThrow(stream, start, path, 0);
        if (!start[..6].SequenceEqual(Magic))
            throw new ArrayFormatException(path, "does not begin with the bytes of a .npy file, 93 4E 55 4D 50 59", 0);
        int major = start[6];
        if (major is < 1 or > 3 || start[7] != 0)
            throw new ArrayFormatException(path, $"is .npy version {major}.{start[7]}; versions 1.0, 2.0 and 3.0 are read", 6);
        Span<byte> lengthBytes = stackalloc byte[major == 1 ? 2 : 4];
        ReadOrThrow(stream, lengthBytes, path, 8);
        long length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > LongestHeader)
            throw new ArrayFormatException(path, $"declares a header of {length} bytes; at most {LongestHeader} are read", 8);
        byte[] text = new byte[length];
        int textOffset = 8 + lengthBytes.Length;
        ReadOrThrow(stream, text, path, textOffset);
        return new NpyHeaderParser(major == 3 ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text), path, textOffset).Parse();
    }

    private static void ReadOrThrow(Stream stream, Span<byte> destination, string path, long offset)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (read < destination.Length)
            throw new ArrayFormatException(path, $"ends inside the header: {destination.Length} bytes are needed, {read} are there", offset);
    }
}
