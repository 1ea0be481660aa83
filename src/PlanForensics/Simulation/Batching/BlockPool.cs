namespace PlanForensics.Simulation.Batching;

/// <summary>Paged KV memory: blocks that requests hold, blocks without content, and blocks whose content nobody holds but that may be found again.</summary>
/// <remarks>A block is taken from those without content, else from the cached one that has been unheld the longest, whose content is then lost (an eviction).</remarks>
internal sealed class BlockPool
{
    private readonly int[] _holders;
    private readonly int[] _previous;
    private readonly int[] _next;
    private readonly BlockKey[] _keys;
    private readonly Stack<int> _empty;
    private readonly Dictionary<BlockKey, int> _found = [];
    private int _oldest = -1;
    private int _newest = -1;
    private int _cached;

    public BlockPool(int blocks)
    {
        Total = blocks;
        _holders = new int[blocks];
        _previous = new int[blocks];
        _next = new int[blocks];
        _keys = new BlockKey[blocks];
        _empty = new Stack<int>(blocks);
        for (int block = blocks - 1; block >= 0; block--)
            _empty.Push(block);
    }

    public int Total { get; }

    /// <summary>Blocks that requests hold.</summary>
    public int Used { get; private set; }

    /// <summary>Blocks that memory pinned from outside has taken.</summary>
    public int Reserved { get; private set; }

    /// <summary>Blocks that may be taken: less than none while more is reserved than is free.</summary>
    public int Free => Total - Reserved - Used;

    /// <summary>Contents lost to other requests or to reservations.</summary>
    public long Evictions { get; private set; }

    /// <summary>Sets what is pinned; cached contents that no longer fit are lost.</summary>
    public void Reserve(int blocks)
    {
        Reserved = Math.Min(blocks, Total);
        TrimCache();
    }

    public bool TryFind(BlockKey key, out int block) => _found.TryGetValue(key, out block);

    public bool IsHeld(int block) => _holders[block] > 0;

    /// <summary>Holds a found block once more.</summary>
    public void Hold(int block)
    {
        if (_holders[block]++ > 0)
            return;
        Unlink(block);
        Used++;
        TrimCache();
    }

    /// <summary>Takes a block; <see cref="Free"/> must be 1 or more.</summary>
    public int Take()
    {
        if (Free < 1)
            throw new InvalidOperationException($"{Used} of {Total} blocks are held and {Reserved} reserved: none is free");
        if (!_empty.TryPop(out int block))
        {
            block = Evict();
            _empty.Pop();
        }

        _holders[block] = 1;
        Used++;
        TrimCache();
        return block;
    }

    /// <summary>Says what a held block's content is. The first block of a key is the one that is found.</summary>
    public void Name(int block, BlockKey key)
    {
        if (_keys[block] == default && _found.TryAdd(key, block))
            _keys[block] = key;
    }

    public void Release(int block)
    {
        if (--_holders[block] > 0)
            return;
        Used--;
        if (_keys[block] == default)
            _empty.Push(block);
        else
            Append(block);
    }

    private void TrimCache()
    {
        while (_cached > Math.Max(Free, 0))
            Evict();
    }

    /// <summary>Empties the cached block that has been unheld the longest; it is then the next to be taken.</summary>
    private int Evict()
    {
        int block = _oldest;
        Unlink(block);
        _found.Remove(_keys[block]);
        _keys[block] = default;
        _empty.Push(block);
        Evictions++;
        return block;
    }

    private void Append(int block)
    {
        (_previous[block], _next[block]) = (_newest, -1);
        if (_newest >= 0)
            _next[_newest] = block;
        else
            _oldest = block;
        _newest = block;
        _cached++;
    }

    private void Unlink(int block)
    {
        if (_previous[block] >= 0)
            _next[_previous[block]] = _next[block];
        else
            _oldest = _next[block];
        if (_next[block] >= 0)
            _previous[_next[block]] = _previous[block];
        else
            _newest = _previous[block];
        _cached--;
    }
}
