using System.Collections.ObjectModel;
using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>One entry of a safetensors header, checked against the file: name, type, shape and place.</summary>
public sealed class SafetensorsTensor
{
    internal SafetensorsTensor(string name, string dtype, long[] shape, long offset, long lengthBytes)
    {
        Name = name;
        Dtype = dtype;
        Shape = new ReadOnlyCollection<long>(shape);
        Offset = offset;
        LengthBytes = lengthBytes;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type as the header spells it: <c>F32</c>, <c>BF16</c>, <c>I64</c>, ...</summary>
    public string Dtype { get; }

    /// <summary>The dimensions, outermost first (row-major); empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Where the data begins, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>Bytes of data.</summary>
    public long LengthBytes { get; }

    /// <summary>The numeric format, or null where this library lists the tensor but does not read it.</summary>
    public NumericFormat? Format => SafetensorsDtype.FormatOf(Dtype);

    /// <summary>Name, type and shape on one line.</summary>
    /// <returns>For example <c>model.norm.weight F32 [128]</c>.</returns>
    public override string ToString() => $"{Name} {Dtype} [{string.Join(", ", Shape)}]";
}
