using System.Runtime.InteropServices;
using PlanForensics.Engines.Ggml;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Identification.Ggml;

/// <summary>A recorded flash attention: its operands, and the keys under which rules are asked about it.</summary>
internal sealed class RecordedFlashAttention
{
    private static readonly int[] UsualThreads = [1, 2, 3, 4, 6, 8, 12, 16];
    private readonly RecordedOperator _recorded;
    private readonly int[] _query;
    private readonly int[] _key;
    private readonly int[] _value;
    private readonly Dictionary<NumericFormat, FlashAttentionInput> _inputs = [];

    private RecordedFlashAttention(RecordedOperator recorded, int[] query, int[] key, int[] value) => (_recorded, _query, _key, _value) = (recorded, query, key, value);

    /// <summary>Rows, keys and head dimension.</summary>
    public OperatorShape Shape => new(_query[1], _key[1], _query[2]);

    /// <summary>Reads (heads, rows, head_dim), (key heads, keys, head_dim), (key heads, keys, value_dim), a mask of (rows or more, keys) or none; null where the shapes are others, or what the plans do not hold is used.</summary>
    public static RecordedFlashAttention? TryRead(RecordedOperator recorded)
    {
        if (Three(recorded.Find("q")) is not { } q || Three(recorded.Find("k")) is not { } k || Three(recorded.Find("v")) is not { } v)
            return null;
        bool fits = q[2] == k[2] && k[0] == v[0] && k[1] == v[1] && q[0] % k[0] == 0 && recorded.Output.ElementCount == (long)q[0] * q[1] * v[2];
        bool masked = recorded.Find("mask") is not { } mask || (mask.Format == NumericFormat.Fp32 && mask.Shape.Length >= 2 && mask.Shape[^1] == k[1] && mask.Shape[^2] >= q[1] && mask.ElementCount == (long)mask.Shape[^2] * k[1]);
        return fits && masked && recorded.Attributes.Number("max_bias") is null or 0 ? new RecordedFlashAttention(recorded, q, k, v) : null;
    }

    /// <summary>One key, or several thread counts where the record has none and they matter.</summary>
    public IEnumerable<FlashAttentionKey> Keys(NumericFormat cache)
    {
        var key = new FlashAttentionKey(_query[1], _key[1], _query[2]) { ValueDimension = _value[2], Cache = cache, Threads = _recorded.Threads };
        return _recorded.Attributes.Integer("threads") is null && key.Rows == 1 ? UsualThreads.Select(threads => key with { Threads = threads }) : [key];
    }

    /// <summary>Whether keys and values are what they are after rounding to a format.</summary>
    public bool Holds(NumericFormat cache) =>
        MemoryMarshal.AsBytes(Input(cache).Keys.Span).SequenceEqual(_recorded.Get("k").Bytes.Span) && MemoryMarshal.AsBytes(Input(cache).Values.Span).SequenceEqual(_recorded.Get("v").Bytes.Span);

    /// <summary>The operands, keys and values rounded to their format.</summary>
    public FlashAttentionInput Input(NumericFormat cache)
    {
        if (_inputs.TryGetValue(cache, out FlashAttentionInput? input))
            return input;
        float[] keys = _recorded.Get("k").ToFp32();
        float[] values = _recorded.Get("v").ToFp32();
        Rounding.RoundInPlace(keys, cache);
        Rounding.RoundInPlace(values, cache);
        float[] mask = _recorded.Find("mask") is { } recorded ? recorded.ToFp32()[..(_query[1] * _key[1])] : []; // ggml pads a mask to whole tiles of rows
        Rounding.RoundInPlace(mask, NumericFormat.Fp16);
        float scale = _recorded.Attributes.Number("scale") is { } given ? (float)given : 1 / MathF.Sqrt(_query[2]);
        return _inputs[cache] = new FlashAttentionInput(_query[0], _key[0], _query[1], _key[1], _recorded.Get("q").ToFp32(), keys, values, mask, scale);
    }

    /// <summary>The last three sizes, where those before are 1.</summary>
    private static int[]? Three(TensorValue? tensor)
    {
        int[] shape = tensor?.Format == NumericFormat.Fp32 ? [.. tensor.Shape] : [];
        return shape.Length >= 3 && shape[..^3].All(size => size == 1) && shape.All(size => size > 0) ? shape[^3..] : null;
    }
}
