using PlanForensics.Numerics;

namespace PlanForensics.Replay;

/// <summary>A value in an array of the host, and hashes of its rows where a memo asked for them.</summary>
internal sealed class HostValue(float[] values, NumericFormat format, UInt128[]? hashes = null) : StepValue(values.Length, format)
{
    private UInt128[]? _hashes = hashes;

    public float[] Values => values;

    /// <inheritdoc/>
    public override float[] ToHost() => values;

    /// <summary>A hash for each of some rows.</summary>
    public UInt128[] HashRows(int rows)
    {
        if (_hashes is null || _hashes.Length != rows)
            _hashes = MemoizedRows.HashRows(values, rows);
        return _hashes;
    }
}
