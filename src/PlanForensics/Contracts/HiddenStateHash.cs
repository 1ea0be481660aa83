using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>Hash of the hidden state after one layer: enough to find the first layer that differs, without keeping activations.</summary>
public sealed record HiddenStateHash : ExtensibleRecord
{
    /// <summary>The layer, 0-based; -1 is the embedding, before layer 0.</summary>
    public required int Layer
    {
        get;
        init => field = value >= -1 ? value : throw new ArgumentOutOfRangeException(nameof(Layer), value, "Layer must be -1 (embedding) or more");
    }

    /// <summary>Where in the layer, as the operator role whose output was hashed (<c>mlp_residual</c>, <c>attention</c>, ...); null is the layer's output.</summary>
    public string? Point { get; init => field = ContractCheck.TextOrNull(value); }

    /// <summary>The format in which the hidden state was hashed; null when not recorded.</summary>
    public NumericFormat? Format { get; init; }

    /// <summary>SHA-256 of this request's rows of the hidden state, little-endian and row-major: 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init => field = ContractCheck.Sha256(value); }
}
