using PlanForensics.Numerics;

namespace PlanForensics.Replay.Sharing;

/// <summary>A value whose rows lie in a memo; its array is put together only when somebody reads it.</summary>
internal sealed class SharedValue : StepValue
{
    private readonly OperatorMemo _memo;
    private float[]? _values;
    private SharedRow[]? _rows;

    public SharedValue(OperatorMemo memo, float[] values, NumericFormat format)
        : base(values.Length, format) => (_memo, _values) = (memo, values);

    public SharedValue(OperatorMemo memo, SharedRow[] rows, NumericFormat format)
        : base(rows.Sum(row => row.Values.Length), format) => (_memo, _rows) = (memo, rows);

    /// <inheritdoc/>
    public override float[] ToHost() => _values ??= _rows!.Length == 1 ? _rows[0].Values : Joined(_rows);

    /// <summary>The value in a number of rows of equal width.</summary>
    public SharedRow[] Rows(int count)
    {
        if (_rows is not null && _rows.Length == count)
            return _rows;
        float[] values = ToHost();
        int width = count == 0 ? 0 : values.Length / count;
        var rows = new SharedRow[count];
        for (int row = 0; row < count; row++)
            rows[row] = _memo.RowOf(values.AsSpan(row * width, width));
        return _rows = rows;
    }

    /// <summary>The rows as logits; null where the value lies in other rows than these.</summary>
    public SharedLogits[]? Logits(int count) => _rows?.Length == count ? [.. _rows.Select(row => new SharedLogits(_memo, row))] : null;

    private static float[] Joined(SharedRow[] rows)
    {
        float[] values = new float[rows.Sum(row => row.Values.Length)];
        int at = 0;
        foreach (SharedRow row in rows)
        {
            row.Values.CopyTo(values.AsSpan(at));
            at += row.Values.Length;
        }

        return values;
    }
}
