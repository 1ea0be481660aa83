using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Numerics;

namespace PlanForensics.Identification.Rows;

/// <summary>A recorded operator over rows: its kind, its sizes and what it was called with.</summary>
internal sealed class RowCall
{
    private readonly TensorValue _x;
    private readonly TensorValue? _mask;

    private RowCall(RecordedOperator recorded, RowOperator @operator, TensorValue x, TensorValue? mask)
    {
        (_x, _mask, Operator) = (x, mask, @operator);
        Width = x.Shape[^1];
        Rows = (int)(x.ElementCount / Width);
        Scale = (float)(recorded.Attributes.Number("scale") ?? 1);
        Epsilon = (float)(recorded.Attributes.Number("eps") ?? 1e-5);
        Key = new RowKey(Rows, Width) { Threads = recorded.Threads, Format = Holds(x) && Holds(recorded.Output) ? NumericFormat.Bf16 : NumericFormat.Fp32 };
    }

    public RowOperator Operator { get; }

    public int Width { get; }

    public int Rows { get; }

    public float Scale { get; }

    public float Epsilon { get; }

    /// <summary>bf16 where every input and output value is one.</summary>
    public RowKey Key { get; }

    public ReadOnlySpan<float> X => MemoryMarshal.Cast<byte, float>(_x.Bytes.Span);

    /// <summary>The call; null where the record is no such operator or its tensors do not fit.</summary>
    public static RowCall? Of(RecordedOperator recorded)
    {
        if (KindOf(recorded.Operation) is not { } kind || recorded.Find("x") is not { Format: NumericFormat.Fp32, ElementCount: > 0 } x || recorded.Find("weight") is not null || recorded.Find("bias") is not null)
            return null;
        if (recorded.Attributes.Number("max_bias") is not (null or 0))
            return null;
        long outputs = kind == RowOperator.Sum ? x.ElementCount / x.Shape[^1] : x.ElementCount;
        TensorValue? mask = recorded.Find("mask");
        bool fits = mask is null || (kind == RowOperator.Softmax && mask.Format == NumericFormat.Fp32 && mask.ElementCount > 0 && mask.Shape[^1] == x.Shape[^1] && x.ElementCount % mask.ElementCount == 0);
        return recorded.Output.ElementCount == outputs && fits ? new RowCall(recorded, kind, x, mask) : null;
    }

    /// <summary>The mask of every element, rows repeated as often as needed; empty without a mask.</summary>
    public float[] Mask()
    {
        if (_mask is null)
            return [];
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(_mask.Bytes.Span);
        float[] mask = new float[X.Length];
        for (int start = 0; start < mask.Length; start += values.Length)
            values.CopyTo(mask.AsSpan(start));
        return mask;
    }

    private static RowOperator? KindOf(string operation) => operation switch
    {
        "sum" or "sum_rows" => RowOperator.Sum,
        "softmax" or "soft_max" or "soft_max_ext" => RowOperator.Softmax,
        "rms_norm" => RowOperator.RmsNorm,
        "norm" => RowOperator.Norm,
        "silu" => RowOperator.Silu,
        "gelu" => RowOperator.Gelu,
        _ => null,
    };

    private static bool Holds(TensorValue tensor)
    {
        foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span))
            if (!float.IsNaN(value) && Bf16.ToSingle(Bf16.FromSingle(value)) != value)
                return false;
        return true;
    }
}
