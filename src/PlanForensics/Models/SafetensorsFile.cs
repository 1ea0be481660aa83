using System.Buffers.Binary;
using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>A safetensors file, memory-mapped; the whole header is checked against the file when it is opened.</summary>
/// <remarks>
/// Layout: 8 bytes little-endian header length, that many bytes of JSON, then the data, which the tensors must cover without overlap
/// or hole. The file must not be truncated by another process while it is open: that is the operating system's fault to raise.
/// Source: the safetensors format description (huggingface/safetensors README, "Format").
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that the format allows, in bytes; a longer one is refused before it is read.</summary>
    public const long MaximumHeaderBytes = 100_000_000;

    private const int LengthFieldBytes = 8;
    private readonly MappedFile _file;
    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsFile(MappedFile file)
    {
        _file = file;
        if (file.Length < LengthFieldBytes)
            throw new ModelFormatException(file.Path, "header length", $"the file has {file.Length} bytes, a header length takes {LengthFieldBytes}", 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, LengthFieldBytes));
        if (length > MaximumHeaderBytes)
            throw new ModelFormatException(file.Path, "header length", $"{length} bytes is more than the {MaximumHeaderBytes} that the format allows", 0);
        if ((long)length > file.Length - LengthFieldBytes)
            throw new ModelFormatException(file.Path, "header length", $"{length} bytes reach beyond the file's {file.Length}", 0);
        long data = LengthFieldBytes + (long)length;
        (List<SafetensorsTensor> tensors, Dictionary<string, string> metadata) =
            SafetensorsHeader.Parse(file.Path, file.Span(LengthFieldBytes, (int)length), file.Length - data);
        Tensors = tensors.AsReadOnly();
        Metadata = metadata.AsReadOnly();
        _byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file, as it was given to <see cref="Open"/>.</summary>
    public string Path => _file.Path;

    /// <summary>The size of the file in bytes.</summary>
    public long LengthBytes => _file.Length;

    /// <summary>The tensors, in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>The <c>__metadata__</c> of the header; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it to unmap.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file is missing or cannot be opened.</exception>
    /// <exception cref="ModelFormatException">The header is damaged, hostile or does not fit the file.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        MappedFile file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>Its entry, or null.</returns>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The bytes of a tensor of any type, in place in the mapping: nothing is copied.</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>A view that lives as long as this file is open; using its span after that throws.</returns>
    /// <exception cref="KeyNotFoundException">No tensor has the name.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="ModelFormatException">The tensor is longer than one view can be (2 GiB).</exception>
    public ReadOnlyMemory<byte> MappedBytes(string name)
    {
        SafetensorsTensor tensor = Get(name);
        return _file.Slice(tensor.Offset, LengthOf(tensor));
    }

    /// <summary>A tensor as a value of its own, copied out of the mapping bit for bit.</summary>
    /// <param name="name">The exact name.</param>
    /// <returns>The tensor in the format in which it is stored: fp32, fp16 or bf16, row-major. <i>Bitwise: identical on every machine.</i></returns>
    /// <exception cref="KeyNotFoundException">No tensor has the name.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="ModelFormatException">The type is not F32, F16 or BF16, or the tensor is too large for one array.</exception>
    public TensorValue Read(string name)
    {
        SafetensorsTensor tensor = Get(name);
        if (tensor.Format is not { } format)
            throw new ModelFormatException(Path, tensor.Name, $"has type {tensor.Dtype}; only F32, F16 and BF16 are read", tensor.Offset);
        ReadOnlySpan<byte> bytes = _file.Span(tensor.Offset, LengthOf(tensor));
        int[] shape = new int[tensor.Shape.Count];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = tensor.Shape[i] <= int.MaxValue ? (int)tensor.Shape[i] : throw TooLarge(tensor);
        return TensorValue.FromBytes(format, bytes, shape);
    }

    /// <summary>SHA-256 of the whole file, as contracts quote it.</summary>
    /// <returns>64 lower-case hex digits.</returns>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public string ComputeSha256() => _file.ComputeSha256();

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private SafetensorsTensor Get(string name) =>
        Find(name) ?? throw new KeyNotFoundException($"{Path} holds no tensor named '{name}'");

    private int LengthOf(SafetensorsTensor tensor) =>
        tensor.LengthBytes <= Array.MaxLength ? (int)tensor.LengthBytes : throw TooLarge(tensor);

    private ModelFormatException TooLarge(SafetensorsTensor tensor) =>
        new(Path, tensor.Name, $"[{string.Join(", ", tensor.Shape)}] with {tensor.LengthBytes} bytes is larger than one array can be", tensor.Offset);
}
