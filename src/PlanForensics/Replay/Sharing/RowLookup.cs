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
        int found = memo.Find(keys, _rows);
        if (found < keys.Length)
            Missing = [.. Enumerable.Range(0, keys.Length).Where(IsMissing)];
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
        float[] packed = computed.ToHost();
        int width = packed.Length / Missing!.Length;
        for (int index = 0; index < Missing.Length; index++)
            _rows[Missing[index]] = _memo.Add(_keys[Missing[index]], Missing.Length == 1 ? packed : packed.AsSpan(index * width, width).ToArray());
    }

    /// <summary>All rows; nothing may be missing any more.</summary>
    public SharedValue Value(NumericFormat format) => new(_memo, _rows!, format);

    private bool IsMissing(int row) => _rows[row] is null;
}
