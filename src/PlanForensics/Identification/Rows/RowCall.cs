using System.Runtime.InteropServices;
using PlanForensics.Engines;
using PlanForensics.Numerics;

namespace PlanForensics.Identification.Rows;

/// <summary>A recorded operator over rows: its kind, its sizes and what it was called with.</summary>
internal sealed class RowCall
{
    private readonly TensorValue _x;
    private readonly TensorValue? _mask;

    private RowCall(RecordedOperator recorded, RowOperator @operator, TensorValue x, TensorValue? mask, int width)
    {
        (_x, _mask, Operator) = (x, mask, @operator);
        Width = width;
        Rows = (int)(x.ElementCount / Width);
        Weight = Values(recorded, "weight", 1);
        Bias = Values(recorded, "bias", 0);
        Scale = (float)(recorded.Attributes.Number("scale") ?? 1);
        Epsilon = (float)(recorded.Attributes.Number("eps") ?? 1e-5);
        Key = new RowKey(Rows, Width) { Threads = recorded.Threads, Format = Holds(x) && Holds(recorded.Output) ? NumericFormat.Bf16 : NumericFormat.Fp32 };
    }

    public RowOperator Operator { get; }

    public int Width { get; }

    public int Rows { get; }

    public float Scale { get; }

    public float Epsilon { get; }

    /// <summary>Weight of each column of a norm; ones where none is recorded.</summary>
    public float[] Weight { get; }

    /// <summary>Bias of each column of a norm; zeros where none is recorded.</summary>
    public float[] Bias { get; }

    /// <summary>bf16 where every input and output value is one.</summary>
    public RowKey Key { get; }

    public ReadOnlySpan<float> X => MemoryMarshal.Cast<byte, float>(_x.Bytes.Span);

    /// <summary>Outputs of a sum, and the terms of each.</summary>
    public (int Outputs, int Terms) Sums => Operator == RowOperator.ColumnSum ? (Width, Rows) : (Rows, Width);

    /// <summary>The calls that the record may mean; none where it is no such operator or its tensors do not fit. A sum is one of rows, of columns or of everything, by its number of outputs.</summary>
    public static IEnumerable<RowCall> Of(RecordedOperator recorded)
    {
        if (KindOf(recorded.Operation) is not { } kind || recorded.Find("x") is not { Format: NumericFormat.Fp32, ElementCount: > 0 } x)
            return [];
        if (!Fits(recorded, kind, x, "weight") || !Fits(recorded, kind, x, "bias") || (kind == RowOperator.RmsNorm && recorded.Find("bias") is not null))
            return [];
        if (recorded.Attributes.Number("max_bias") is not (null or 0))
            return [];
        if (kind == RowOperator.Sum)
            return Sum(recorded, x);
        TensorValue? mask = recorded.Find("mask");
        bool fits = mask is null || (kind == RowOperator.Softmax && mask.Format == NumericFormat.Fp32 && mask.ElementCount > 0 && mask.Shape[^1] == x.Shape[^1] && x.ElementCount % mask.ElementCount == 0);
        return recorded.Output.ElementCount == x.ElementCount && fits ? [new RowCall(recorded, kind, x, mask, x.Shape[^1])] : [];
    }

    /// <summary>The terms of an output of a sum, one after the other.</summary>
    public float[] Terms(int output)
    {
        (_, int count) = Sums;
        if (Operator != RowOperator.ColumnSum)
            return X.Slice(output * count, count).ToArray();
        float[] terms = new float[count];
        for (int row = 0; row < count; row++)
            terms[row] = X[(row * Width) + output];
        return terms;
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

    private static IEnumerable<RowCall> Sum(RecordedOperator recorded, TensorValue x)
    {
        long outputs = recorded.Output.ElementCount;
        int width = x.Shape[^1];
        double? dimension = recorded.Attributes.Number("dim");
        if (outputs == x.ElementCount / width && dimension is not 0)
            yield return new RowCall(recorded, RowOperator.Sum, x, null, width);
        if (x.Shape.Length == 2 && outputs == width && dimension is null or 0)
            yield return new RowCall(recorded, RowOperator.ColumnSum, x, null, width);
        if (outputs == 1 && x.ElementCount <= int.MaxValue && x.ElementCount != width && dimension is null)
            yield return new RowCall(recorded, RowOperator.Sum, x, null, (int)x.ElementCount);
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

    /// <summary>Only norms have weights and biases, one value a column.</summary>
    private static bool Fits(RecordedOperator recorded, RowOperator kind, TensorValue x, string name) => recorded.Find(name) is not { } tensor
        || (kind is RowOperator.RmsNorm or RowOperator.Norm && tensor.Format == NumericFormat.Fp32 && tensor.ElementCount == x.Shape[^1]);

    private float[] Values(RecordedOperator recorded, string name, float otherwise)
    {
        float[] values = new float[Operator is RowOperator.RmsNorm or RowOperator.Norm ? Width : 0];
        Array.Fill(values, otherwise);
        if (recorded.Find(name) is { } tensor)
            MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span).CopyTo(values);
        return values;
    }

    private static bool Holds(TensorValue tensor)
    {
        foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Bytes.Span))
            if (!float.IsNaN(value) && Bf16.ToSingle(Bf16.FromSingle(value)) != value)
                return false;
        return true;
    }
}
