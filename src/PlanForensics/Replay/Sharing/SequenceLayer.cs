using PlanForensics.Kernels;

namespace PlanForensics.Replay.Sharing;

/// <summary>Keys and values of one layer of a sequence. Under a memo positions are known by number, and enter the cache only when somebody attends to them.</summary>
internal sealed class SequenceLayer
{
    private static readonly object Contents = new();

    private readonly KeyValueCache _cache;
    private readonly List<(SharedRow Key, SharedRow Value)> _waiting;
    private OperatorMemo? _memo;
    private long _number;
    private int _numbered;

    public SequenceLayer(int heads, int headDimension) => (_cache, _waiting) = (new KeyValueCache(heads, headDimension), []);

    private SequenceLayer(SequenceLayer source) =>
        (_cache, _waiting, _memo, _number, _numbered) = (source._cache.Clone(), [.. source._waiting], source._memo, source._number, source._numbered);

    /// <summary>Positions appended.</summary>
    public int Count => _cache.Count + _waiting.Count;

    /// <summary>The cache with every position in it.</summary>
    public KeyValueCache Cache
    {
        get
        {
            foreach ((SharedRow key, SharedRow value) in _waiting)
                _cache.Append(key.Values, value.Values);
            _waiting.Clear();
            return _cache;
        }
    }

    public SequenceLayer Clone() => new(this);

    /// <summary>
    /// Appends a position and gives the number by which a memo knows everything appended so far. Positions that were appended under no memo, or under another one, are caught up with, so that a
    /// memo may come and go between steps.
    /// </summary>
    public long Append(OperatorMemo memo, SharedRow key, SharedRow value)
    {
        if (!ReferenceEquals(_memo, memo))
            (_memo, _number, _numbered) = (memo, 0, 0);
        if (_numbered < Count)
            CatchUp(memo);
        _waiting.Add((key, value));
        return Number(memo, key, value);
    }

    private void CatchUp(OperatorMemo memo)
    {
        KeyValueCache cache = Cache;
        while (_numbered < cache.Count)
        {
            (float[] keys, float[] values) = cache.At(_numbered);
            Number(memo, memo.RowOf(keys), memo.RowOf(values));
        }
    }

    private long Number(OperatorMemo memo, SharedRow key, SharedRow value)
    {
        _numbered++;
        return _number = memo.NumberOf(new SharedKey(Contents, 0, _number, key.Id, value.Id));
    }
}
