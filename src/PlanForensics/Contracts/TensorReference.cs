using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>
/// A recorded tensor, by the SHA-256 of its bytes; with the bytes where they are at hand. Two references are equal when format, shape
/// and hash are, whether or not the bytes are at hand.
/// </summary>
public sealed record TensorReference : ExtensibleRecord, IJsonOnDeserialized
{
    private byte[]? _data;
    private TensorValue? _value;

    /// <summary>The format of one element.</summary>
    public required NumericFormat Format { get; init; }

    /// <summary>The dimensions, outermost first; empty for a scalar. Each 0 or more.</summary>
    public required ValueList<int> Shape
    {
        get;
        init => field = ContractCheck.TokenIds(ContractCheck.Present(value))!;
    }

    /// <summary>SHA-256 of the bytes, little-endian and row-major: 64 lower-case hexadecimal digits.</summary>
    public required string Sha256
    {
        get => field ??= Value!.Sha256;
        init => field = value is null && Value is not null ? null : ContractCheck.Sha256(value);
    }

    /// <summary>The tensor itself; null when only its hash was recorded, or it was read without tensors.</summary>
    [JsonIgnore]
    public TensorValue? Value => _value;

    [JsonInclude]
    internal byte[]? Data
    {
        get => Value?.Bytes.ToArray();
        set => _data = value;
    }

    /// <summary>Refers to a tensor at hand; its hash is computed when it is first needed.</summary>
    /// <param name="value">The tensor.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="ArgumentNullException">The tensor is null.</exception>
    public static TensorReference Of(TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new TensorReference { _value = value, Format = value.Format, Shape = ValueList.Create(value.Shape), Sha256 = null! };
    }

    /// <summary>The same reference without the bytes.</summary>
    /// <returns>A reference whose <see cref="Value"/> is null.</returns>
    public TensorReference WithoutValue() =>
        Value is null ? this : new TensorReference { Format = Format, Shape = Shape, Sha256 = Sha256, UnknownFields = UnknownFields };

    /// <summary>The same reference with the bytes.</summary>
    /// <param name="value">A tensor of this format, shape and hash.</param>
    /// <returns>A reference whose <see cref="Value"/> is the tensor.</returns>
    /// <exception cref="ArgumentException">Format, shape or hash differ.</exception>
    public TensorReference WithValue(TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Format != Format || !value.Shape.SequenceEqual(Shape.AsSpan()) || value.Sha256 != Sha256)
            throw new ArgumentException($"the tensor {value} is not the one referred to: {this}", nameof(value));
        return this with { _value = value };
    }

    /// <inheritdoc/>
    public bool Equals(TensorReference? other) => other is not null && Format == other.Format && Shape.Equals(other.Shape)
        && Sha256 == other.Sha256 && Equals(UnknownFields, other.UnknownFields);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Format, Shape, Sha256);

    /// <summary>Format, shape and hash.</summary>
    /// <returns>For example <c>fp32[256] sha256:01ab...</c>.</returns>
    public override string ToString() => $"{NumericFormats.NameOf(Format)}[{string.Join(',', Shape)}] sha256:{Sha256}";

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (_data is null)
            return;
        TensorValue value;
        try
        {
            value = TensorValue.FromBytes(Format, new ReadOnlyMemory<byte>(_data), Shape.AsSpan());
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new JsonException($"data do not fit format and shape: {exception.Message}", exception);
        }

        if (value.Sha256 != Sha256)
            throw new JsonException($"data have SHA-256 {value.Sha256}, but sha256 says {Sha256}");
        _data = null;
        _value = value;
    }
}
