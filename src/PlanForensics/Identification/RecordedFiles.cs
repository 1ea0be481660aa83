using System.Text.Json;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>The files beside a manifest: each is read once, with the shape that the manifest declares.</summary>
internal sealed class RecordedFiles
{
    private readonly string _folder;
    private readonly Dictionary<string, int[]> _shapes = [];
    private readonly Dictionary<string, TensorValue> _read = [];

    public RecordedFiles(string manifest, JsonElement root)
    {
        _folder = Path.GetDirectoryName(Path.GetFullPath(manifest)) ?? ".";
        if (JsonText.Get(root, "inputs") is { ValueKind: JsonValueKind.Array } inputs)
            foreach (JsonElement input in inputs.EnumerateArray())
                if (JsonText.Find(input, "file") is { } file && JsonText.Shape(input, "shape") is { } shape)
                    _shapes[file] = shape;
        Layout = JsonText.Find(root, "layout") ?? "";
    }

    /// <summary>What the manifest says about layouts; empty when it says nothing.</summary>
    public string Layout { get; }

    /// <summary>Files that the manifest declares as inputs.</summary>
    public IEnumerable<string> Declared => _shapes.Keys;

    public int[]? DeclaredShape(string file) => _shapes.GetValueOrDefault(file);

    /// <summary>A declared input, or any other file as one row of numbers: fp32, or int8 where there is one byte an element.</summary>
    public TensorValue Read(string file, string subject)
    {
        if (_read.TryGetValue(file, out TensorValue? tensor))
            return tensor;
        byte[] bytes = Bytes(file, subject);
        int[] shape = DeclaredShape(file) ?? [bytes.Length % sizeof(float) == 0 ? bytes.Length / sizeof(float) : bytes.Length];
        long elements = shape.Aggregate(1L, (product, size) => product * size);
        NumericFormat format = bytes.Length == elements * sizeof(float) ? NumericFormat.Fp32
            : bytes.Length == elements && elements > 0 ? NumericFormat.Int8
            : throw new ManifestFormatException(
                subject, $"{file} has {bytes.Length} bytes; the shape {string.Join(" x ", shape)} takes {elements * sizeof(float)} (fp32) or {elements} (raw blocks)");
        return _read[file] = TensorValue.FromBytes(format, bytes, shape);
    }

    /// <summary>The rows of a reference; those of a file that the manifest does not declare have the length that is given.</summary>
    public TensorValue Read(FileReference reference, string subject, int rowLength = 1)
    {
        TensorValue whole = Read(reference.File, subject);
        if (DeclaredShape(reference.File) is null && rowLength > 1 && whole.ElementCount % rowLength == 0)
            whole = TensorValue.FromBytes(whole.Format, whole.Bytes, (int)(whole.ElementCount / rowLength), rowLength);
        if (reference.First is null && reference.End is null)
            return whole;
        int rows = whole.Shape.Length == 0 ? 0 : whole.Shape[0];
        int first = reference.First ?? 0;
        int end = reference.End ?? rows;
        if (first > end || end > rows)
            throw new ManifestFormatException(subject, $"rows {first}..{end} of {reference.File} are taken, which has {rows}");
        int[] shape = [end - first, .. whole.Shape[1..]];
        int rowBytes = rows == 0 ? 0 : whole.Bytes.Length / rows;
        return TensorValue.FromBytes(whole.Format, whole.Bytes.Slice(first * rowBytes, (end - first) * rowBytes), shape);
    }

    /// <summary>An output: fp32 of the shape that the case gives.</summary>
    public TensorValue ReadOutput(string file, ReadOnlySpan<int> shape, string subject)
    {
        byte[] bytes = Bytes(file, subject);
        long elements = 1;
        foreach (int size in shape)
            elements *= size;
        if (bytes.Length != elements * sizeof(float))
            throw new ManifestFormatException(subject, $"the output has {bytes.Length} bytes; its shape takes {elements * sizeof(float)} (fp32)");
        return TensorValue.FromBytes(NumericFormat.Fp32, bytes, shape);
    }

    /// <summary>A tensor made from others once, under a name.</summary>
    public TensorValue Derived(string name, Func<TensorValue> make)
    {
        if (!_read.TryGetValue(name, out TensorValue? tensor))
            _read[name] = tensor = make();
        return tensor;
    }

    private byte[] Bytes(string file, string subject)
    {
        string path = Path.Combine(_folder, file);
        if (!File.Exists(path))
            throw new ManifestFormatException(subject, $"there is no file {file} beside the manifest");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ManifestFormatException(subject, $"{file} cannot be read: {exception.Message}", exception);
        }
    }
}
