using PlanForensics.Numerics;

namespace PlanForensics.Replay.Sharing;

/// <summary>An operator's rows looked up in a memo: those found, and those still to be computed, together.</summary>
internal readonly struct RowLookup
{
    private readonly OperatorMemo _memo;
    private readonly SharedKey[] _keys;
    private readonly SharedRow?[] _rows;

    public RowLookup(OperatorMemo memo, SharedKey[] keys)
    {
        (_memo, _keys, _rows) = (memo, keys, new SharedRow?[keys.Length]);
        int missing = keys.Length - memo.Find(keys, _rows);
        if (missing == 0)
            return;
        Missing = new int[missing];
        for (int row = 0, index = 0; row < keys.Length; row++)
            if (_rows[row] is null)
                Missing[index++] = row;
    }

    /// <summary>The rows to compute; null where there are none.</summary>
    public int[]? Missing { get; }

    /// <summary>The missing rows of one of the operator's inputs; the input itself when all are missing.</summary>
    public HostValue Gather(SharedRow[] input, StepValue whole)
    {
        if (Missing!.Length == input.Length)
            return new HostValue(whole.ToHost(), whole.Format);
        int width = input[0].Values.Length;
        float[] packed = new float[Missing.Length * width];
        for (int index = 0; index < Missing.Length; index++)
            input[Missing[index]].Values.CopyTo(packed.AsSpan(index * width));
        return new HostValue(packed, whole.Format);
    }

    /// <summary>Takes the missing rows, one after the other.</summary>
    public void Fill(StepValue computed)
    {
        _memo.Add(_keys, Missing!, computed.ToHost(), _rows);
    }

    /// <summary>All rows; nothing may be missing any more.</summary>
    public SharedValue Value(NumericFormat format) => new(_memo, _rows!, format);
}
