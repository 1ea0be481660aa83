using PlanForensics.Contracts;
using PlanForensics.Numerics;

namespace PlanForensics.Incidents;

/// <summary>One step of a run whose tensors were recorded.</summary>
public sealed class IncidentStep
{
    private readonly string _path;
    private readonly Dictionary<string, IncidentTensor> _tensors;
    private readonly Lazy<byte[]> _bytes;

    internal IncidentStep(string path, IEnumerable<IncidentTensor> tensors)
    {
        _path = path;
        _tensors = tensors.ToDictionary(tensor => tensor.Name);
        _bytes = new Lazy<byte[]>(() => File.ReadAllBytes(path));
    }

    /// <summary>0-based index of the step in its run; 0 is the prefill.</summary>
    public required int Index { get; init; }

    /// <summary>Name of the sequence of calls that it ran: <c>prefill</c> or <c>decode</c>.</summary>
    public required string Sequence { get; init; }

    /// <summary>Rows of the batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Query tokens of each row.</summary>
    public required int QueryLength { get; init; }

    /// <summary>Keys of each row, the step's own among them.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Whether every row of the batch was stored, not only row 0.</summary>
    public required bool SavesAllRows { get; init; }

    /// <summary>Row 0's chosen token.</summary>
    public required int Token { get; init; }

    /// <summary>The recorded tensors, by the name of the value.</summary>
    public IReadOnlyDictionary<string, IncidentTensor> Tensors => _tensors;

    /// <summary>Reads a tensor of numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="IncidentFormatException">The step holds no such tensor, or it holds ids.</exception>
    public TensorValue Read(string name)
    {
        IncidentTensor tensor = Get(name);
        NumericFormat format = tensor.Dtype switch
        {
            IncidentDtype.F32 => NumericFormat.Fp32,
            IncidentDtype.Bf16 => NumericFormat.Bf16,
            _ => throw new IncidentFormatException(_path, name, "holds ids, not numbers"),
        };
        return TensorValue.FromBytes(format, Bytes(tensor), tensor.Shape.AsSpan());
    }

    /// <summary>Reads a tensor of ids.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The ids.</returns>
    /// <exception cref="IncidentFormatException">The step holds no such tensor, it holds numbers, or an id is no 31-bit number.</exception>
    public int[] ReadIds(string name)
    {
        IncidentTensor tensor = Get(name);
        if (tensor.Dtype != IncidentDtype.I64)
            throw new IncidentFormatException(_path, name, "holds numbers, not ids");
        ReadOnlySpan<byte> bytes = Bytes(tensor);
        int[] ids = new int[tensor.ElementCount];
        for (int index = 0; index < ids.Length; index++)
        {
            long id = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * index)..]);
            ids[index] = id is >= 0 and <= int.MaxValue ? (int)id : throw new IncidentFormatException(_path, name, FormattableString.Invariant($"element {index} is {id}, which is no id"));
        }

        return ids;
    }

    private IncidentTensor Get(string name) => _tensors.TryGetValue(name, out IncidentTensor? tensor)
        ? tensor
        : throw new IncidentFormatException(_path, name, FormattableString.Invariant($"was not recorded at step {Index}"));

    private ReadOnlySpan<byte> Bytes(IncidentTensor tensor)
    {
        byte[] all = _bytes.Value;
        return tensor.Offset + tensor.LengthBytes <= all.Length
            ? all.AsSpan((int)tensor.Offset, (int)tensor.LengthBytes)
            : throw new IncidentFormatException(_path, tensor.Name, FormattableString.Invariant($"ends at byte {tensor.Offset + tensor.LengthBytes}; the file has {all.Length}: it was cut since it was checked"));
    }
}
