using System.Text.Json;
using System.Text.Json.Serialization;
using PlanForensics.Numerics;

namespace PlanForensics.Contracts;

/// <summary>One logit with its token. <see cref="Bits"/> in <see cref="Format"/> are the record; the value in JSON is for the reader's eye.</summary>
public sealed record RecordedLogit : ExtensibleRecord, IJsonOnDeserialized
{
    private float? _declaredValue;

    /// <summary>The token id. 0 or more.</summary>
    public required int Token { get; init => field = ContractCheck.NotNegative(value); }

    /// <summary>The format in which the engine held the logit: fp32, bf16 or fp16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another format.</exception>
    public required NumericFormat Format
    {
        get;
        init => field = value is NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Fp16
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Format), value, "a logit is recorded as fp32, bf16 or fp16");
    }

    /// <summary>The bits in that format; the upper half is zero for the two-byte formats. In JSON: <c>"0x3fa00000"</c> or <c>"0x3fa0"</c>.</summary>
    [JsonConverter(typeof(HexBitsJsonConverter))]
    public required uint Bits { get; init; }

    /// <summary>The bits as a number, widened exactly to fp32. Bitwise: identical on every machine (IEEE 754 widening, no rounding).</summary>
    [JsonIgnore]
    public float Value => Format switch
    {
        NumericFormat.Bf16 => BitConverter.UInt32BitsToSingle(Bits << 16),
        NumericFormat.Fp16 => (float)BitConverter.UInt16BitsToHalf((ushort)Bits),
        _ => BitConverter.UInt32BitsToSingle(Bits),
    };

    [JsonInclude]
    [JsonPropertyName("value")]
    internal float? FiniteValue
    {
        get => float.IsFinite(Value) ? Value : null;
        set => _declaredValue = value;
    }

    /// <summary>Records an fp32 logit.</summary>
    /// <param name="token">The token id.</param>
    /// <param name="value">The logit; any value, NaN included.</param>
    /// <returns>The record, with the bits of the value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The token is negative.</exception>
    public static RecordedLogit FromFp32(int token, float value) =>
        new() { Token = token, Format = NumericFormat.Fp32, Bits = BitConverter.SingleToUInt32Bits(value) };

    /// <summary>Records a logit by its bits.</summary>
    /// <param name="token">The token id.</param>
    /// <param name="format">fp32, bf16 or fp16.</param>
    /// <param name="bits">The bits; the upper half is zero for the two-byte formats.</param>
    /// <returns>The record.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The token is negative, another format, or bits beyond the format.</exception>
    public static RecordedLogit FromBits(int token, NumericFormat format, uint bits)
    {
        RecordedLogit logit = new() { Token = token, Format = format, Bits = bits };
        return logit.HasExcessBits
            ? throw new ArgumentOutOfRangeException(nameof(bits), bits, $"{NumericFormats.NameOf(format)} has 16 bits")
            : logit;
    }

    internal bool HasExcessBits => Format != NumericFormat.Fp32 && Bits > 0xFFFF;

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (HasExcessBits)
            throw new JsonException($"bits 0x{Bits:x8} do not fit {NumericFormats.NameOf(Format)}, which has 16");
        if (_declaredValue is { } declared && !declared.Equals(Value) && !(declared == 0 && Value == 0))
            throw new JsonException($"value {declared:R} is not what the bits 0x{Bits:x} say in {NumericFormats.NameOf(Format)}: {Value:R}");
        _declaredValue = null;
    }
}
