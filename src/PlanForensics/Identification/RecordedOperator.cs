using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Identification;

/// <summary>One operator as a real library ran it: inputs, weights, what it was called with, and the bits that came out. Immutable.</summary>
/// <remarks>
/// Tensors are named as in a call: a matrix product has <c>a</c> (M, K) and <c>w</c>, always as (N, K) whatever the file's layout, or as raw quantised blocks: int8 of (N, bytes of a row) with
/// the attribute <c>w_type</c> (<c>q8_0</c> or <c>q4_0</c>). Row-wise operators have <c>x</c>, and <c>mask</c> where one is added; attention has <c>q</c>, <c>k</c>, <c>v</c> and <c>mask</c>.
/// bf16 and fp16 values are held as fp32.
/// </remarks>
public sealed class RecordedOperator
{
    private readonly ImmutableDictionary<string, TensorValue> _tensors;

    /// <summary>Creates a recorded operator.</summary>
    /// <param name="name">What messages and reports call it: the name of the output's file.</param>
    /// <param name="operation">The operator: <c>matmul</c>, <c>softmax</c>, <c>rms_norm</c>, ...</param>
    /// <param name="tensors">Inputs and weights by name.</param>
    /// <param name="output">What came out, fp32.</param>
    /// <param name="attributes">What it was called with; none by default.</param>
    /// <exception cref="ArgumentException">The output is not fp32.</exception>
    public RecordedOperator(string name, string operation, IEnumerable<KeyValuePair<string, TensorValue>> tensors, TensorValue output, OperatorAttributes? attributes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(output);
        if (output.Format != NumericFormat.Fp32)
            throw new ArgumentException($"an output is held as fp32; got {NumericFormats.NameOf(output.Format)}", nameof(output));
        Name = name;
        Operation = operation;
        Output = output;
        Attributes = attributes ?? OperatorAttributes.None;
        _tensors = tensors.ToImmutableDictionary();
    }

    /// <summary>What messages and reports call it.</summary>
    public string Name { get; }

    /// <summary>The operator.</summary>
    public string Operation { get; }

    /// <summary>What came out, fp32.</summary>
    public TensorValue Output { get; }

    /// <summary>What it was called with.</summary>
    public OperatorAttributes Attributes { get; }

    /// <summary>What the record calls the engine; empty when it does not say. A hint that only orders equal candidates.</summary>
    public string Engine => Attributes.Text("engine") ?? "";

    /// <summary>Threads that the engine had; 1 when the record does not say.</summary>
    public int Threads => Attributes.Integer("threads") is { } threads and > 0 ? threads : 1;

    /// <summary>An input or weight.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public TensorValue Get(string name) => Find(name) ?? throw new KeyNotFoundException($"{Name}: {Operation} has no tensor {name}; it has {string.Join(", ", _tensors.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>An input or weight.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor, or null.</returns>
    public TensorValue? Find(string name) => _tensors.GetValueOrDefault(name);
}
