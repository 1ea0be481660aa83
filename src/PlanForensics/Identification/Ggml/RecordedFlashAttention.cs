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

    /// <summary>Reads (heads, rows, head_dim), (key heads, keys, head_dim), (key heads, keys, value_dim), a mask of (rows or more, keys) or none; null where the shapes are others.</summary>
    public static RecordedFlashAttention? TryRead(RecordedOperator recorded)
    {
        if (Three(recorded.Find("q")) is not { } q || Three(recorded.Find("k")) is not { } k || Three(recorded.Find("v")) is not { } v)
            return null;
        bool fits = q[2] == k[2] && k[0] == v[0] && k[1] == v[1] && q[0] % k[0] == 0 && recorded.Output.ElementCount == (long)q[0] * q[1] * v[2];
        bool masked = recorded.Find("mask") is not { } mask || (mask.Format == NumericFormat.Fp32 && mask.Shape.Length >= 2 && mask.Shape[^1] == k[1] && mask.Shape[^2] >= q[1] && mask.ElementCount == (long)mask.Shape[^2] * k[1]);
        return fits && masked ? new RecordedFlashAttention(recorded, q, k, v) : null;
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
        if (mask.Length > 0 && _recorded.Attributes.Number("max_bias") is { } bias and > 0)
            mask = Sloped(mask, (float)bias);
        float scale = _recorded.Attributes.Number("scale") is { } given ? (float)given : 1 / MathF.Sqrt(_query[2]);
        return _inputs[cache] = new FlashAttentionInput(_query[0], _key[0], _query[1], _key[1], _recorded.Get("q").ToFp32(), keys, values, mask, scale);
    }

    /// <summary>ALiBi: the mask times each head's slope, rounded; with n the largest power of two up to the heads, slopes are powers of <c>2^(-bias / n)</c>, and of its root for the heads after n.</summary>
    private float[] Sloped(float[] mask, float bias)
    {
        int heads = _query[0];
        int power = 1 << int.Log2(heads);
        float first = GlibcMath.Pow(2, -bias / power);
        float second = GlibcMath.Pow(2, -(bias / 2) / power);
        float[] sloped = new float[heads * mask.Length];
        for (int head = 0; head < heads; head++)
        {
            float slope = head < power ? GlibcMath.Pow(first, head + 1) : GlibcMath.Pow(second, (2 * (head - power)) + 1);
            for (int index = 0; index < mask.Length; index++)
                sloped[(head * mask.Length) + index] = slope * mask[index];
        }

        return sloped;
    }

    /// <summary>The last three sizes, where those before are 1.</summary>
    private static int[]? Three(TensorValue? tensor)
    {
        int[] shape = tensor?.Format == NumericFormat.Fp32 ? [.. tensor.Shape] : [];
        return shape.Length >= 3 && shape[..^3].All(size => size == 1) && shape.All(size => size > 0) ? shape[^3..] : null;
    }
}
