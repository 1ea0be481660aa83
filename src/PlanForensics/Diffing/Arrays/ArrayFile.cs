using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Diffing.Arrays;

/// <summary>Reads single arrays from files: NumPy's .npy, and raw little-endian elements.</summary>
/// <remarks>
/// <para>.npy versions 1 to 3, C order, little-endian: <c>f2</c>, <c>f4</c>, <c>f8</c>, <c>i1</c>, <c>i4</c>. NumPy has no name for bf16, tf32 and
/// fp8: such arrays are stored as opaque or unsigned elements (<c>V2</c>, <c>u2</c>, <c>V1</c>, <c>u1</c>, <c>u4</c>), and the caller says what they
/// are. Everything else is refused, Fortran order and pickled objects included; nothing is ever executed or guessed.</para>
/// <para>Sizes are checked against the file before anything is allocated; an array is at most 2,147,483,591 bytes.
/// Bitwise: identical on every machine (bytes are copied). Source: NumPy's <c>numpy.lib.format</c> specification.</para>
/// </remarks>
public static class ArrayFile
{
    /// <summary>Reads a file by its kind: .npy when it begins with NumPy's magic bytes, else raw, for which the format must be given.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What the elements are; null to take what a .npy header says.</param>
    /// <param name="shape">The dimensions of a raw array, outermost first; null for one dimension. A .npy file must have this shape where given.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ArrayFormatException">The file is damaged or not as described, or it is raw and no format was given.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorValue Read(string path, NumericFormat? format = null, ValueList<int>? shape = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[NpyHeader.Magic.Length];
        bool isNpy = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual(NpyHeader.Magic);
        stream.Position = 0;
        if (!isNpy)
        {
            NumericFormat raw = format ?? throw new ArrayFormatException(path, "not a .npy file; a raw file needs its element format", 0);
            return RawArray.Read(stream, path, raw, shape);
        }

        TensorValue value = ReadNpy(stream, path, format);
        return shape is null || value.Shape.SequenceEqual(shape.AsSpan())
            ? value
            : throw new ArrayFormatException(
                path, $"the array has shape [{string.Join(',', value.Shape.ToArray())}], but [{string.Join(',', shape)}] was asked for");
    }

    /// <summary>Reads a .npy array.</summary>
    /// <param name="stream">A seekable stream that holds one .npy file from its current position to its end.</param>
    /// <param name="name">A name of the source, for messages.</param>
    /// <param name="format">What the elements are; null to take what the header says. It must have the header's element size.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    /// <exception cref="ArrayFormatException">The content is damaged, or not of a kind that this library reads.</exception>
    public static TensorValue ReadNpy(Stream stream, string name, NumericFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
            throw new ArgumentException("the stream cannot seek, so that its length is not known; copy it to memory or a file", nameof(stream));
        long start = stream.Position;
        NpyHeader header = NpyHeader.Read(stream, name);
        NumericFormat elements = NpyDescription.FormatOf(header.Description, format, name);
        return ArrayBytes.Read(stream, name, elements, header.Shape, stream.Position - start);
    }

    /// <summary>Reads raw elements: little-endian, row-major, nothing else in the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">What the elements are.</param>
    /// <param name="shape">The dimensions, outermost first; null for one dimension of as many elements as the file holds.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ArrayFormatException">The file does not hold exactly that many elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is undefined.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorValue ReadRaw(string path, NumericFormat format, ValueList<int>? shape = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = File.OpenRead(path);
        return RawArray.Read(stream, path, format, shape);
    }
}
