namespace PlanForensics.Kernels;

/// <summary>
/// Keys and values of one layer and one sequence. Keys are kept transposed, (head, head_dim, position), values as (head, position, head_dim), so that
/// engines vectorise over positions for scores and over the head dimension for weighted values.
/// </summary>
public sealed class KeyValueCache
{
    private float[] _keys;
    private float[] _values;
    private int _capacity;
    private int _held; // positions that the arrays hold; the others lie with the source
    private IKeyValueSource? _source;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="heads">Key/value heads.</param>
    /// <param name="headDimension">Values of one head.</param>
    /// <param name="capacity">Positions to make room for; the cache grows when more are appended.</param>
    public KeyValueCache(int heads, int headDimension, int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Heads, HeadDimension, _capacity) = (heads, headDimension, capacity);
        (_keys, _values) = ([], []); // made when first needed: a replay whose results are all known asks for none
    }

    private KeyValueCache(KeyValueCache source)
    {
        source.Fetch();
        (Heads, HeadDimension, _capacity, Count, _held) = (source.Heads, source.HeadDimension, source._capacity, source.Count, source._held);
        _keys = (float[])source._keys.Clone();
        _values = (float[])source._values.Clone();
    }

    /// <summary>Key/value heads.</summary>
    public int Heads { get; }

    /// <summary>Values of one head.</summary>
    public int HeadDimension { get; }

    /// <summary>Positions there is room for: the distance between successive dimensions of a key.</summary>
    public int Capacity
    {
        get
        {
            Fetch();
            return _capacity;
        }
    }

    /// <summary>Positions appended.</summary>
    public int Count { get; private set; }

    /// <summary>Positions whose keys and values the host holds; the others were appended on a device and come here when they are asked for.</summary>
    internal int HeldCount => _held;

    /// <summary>Keys of one head, (head_dim, capacity): element (d, position) is at <c>d * Capacity + position</c>.</summary>
    /// <param name="head">0-based key/value head.</param>
    /// <returns>The head's keys.</returns>
    public ReadOnlySpan<float> Keys(int head)
    {
        Fetch();
        MakeRoom();
        return _keys.AsSpan(head * HeadDimension * _capacity, HeadDimension * _capacity);
    }

    /// <summary>Values of one head, (capacity, head_dim): element (position, d) is at <c>position * HeadDimension + d</c>.</summary>
    /// <param name="head">0-based key/value head.</param>
    /// <returns>The head's values.</returns>
    public ReadOnlySpan<float> Values(int head)
    {
        Fetch();
        MakeRoom();
        return _values.AsSpan(head * HeadDimension * _capacity, HeadDimension * _capacity);
    }

    /// <summary>Appends one position.</summary>
    /// <param name="keys">Keys of all heads, (heads, head_dim).</param>
    /// <param name="values">Values of all heads, (heads, head_dim).</param>
    /// <exception cref="ArgumentException">A length is not heads x head_dim.</exception>
    public void Append(ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        int width = Heads * HeadDimension;
        if (keys.Length != width || values.Length != width)
            throw new ArgumentException($"expected {Heads} x {HeadDimension} = {width} keys and values; got {keys.Length} and {values.Length}", nameof(keys));
        Fetch();
        Hold(keys, values);
        Count = _held;
    }

    /// <summary>Keys and values of one position, (heads, head_dim), as they were appended.</summary>
    internal (float[] Keys, float[] Values) At(int position)
    {
        float[] keys = new float[Heads * HeadDimension], values = new float[Heads * HeadDimension];
        for (int head = 0; head < Heads; head++)
        {
            for (int d = 0; d < HeadDimension; d++)
                keys[(head * HeadDimension) + d] = Keys(head)[(d * Capacity) + position];
            Values(head).Slice(position * HeadDimension, HeadDimension).CopyTo(values.AsSpan(head * HeadDimension));
        }

        return (keys, values);
    }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public KeyValueCache Clone() => new(this);

    /// <summary>Counts positions that were appended elsewhere. All that the host does not hold lies with one source.</summary>
    internal void AppendAt(IKeyValueSource source, int positions)
    {
        if (_source is not null && !ReferenceEquals(_source, source))
            Fetch();
        _source = source;
        Count += positions;
    }

    private void Fetch()
    {
        if (_held == Count)
            return;
        int width = Heads * HeadDimension;
        int missing = Count - _held;
        float[] keys = new float[missing * width];
        float[] values = new float[missing * width];
        _source!.Read(_held, keys, values);
        for (int offset = 0; offset < missing; offset++)
            Hold(keys.AsSpan(offset * width, width), values.AsSpan(offset * width, width));
    }

    private void Hold(ReadOnlySpan<float> keys, ReadOnlySpan<float> values)
    {
        MakeRoom();
        if (_held == _capacity)
            Grow();
        for (int head = 0; head < Heads; head++)
        {
            for (int d = 0; d < HeadDimension; d++)
                _keys[(((head * HeadDimension) + d) * _capacity) + _held] = keys[(head * HeadDimension) + d];
            values.Slice(head * HeadDimension, HeadDimension).CopyTo(_values.AsSpan(((head * _capacity) + _held) * HeadDimension, HeadDimension));
        }

        _held++;
    }

    private void MakeRoom()
    {
        if (_keys.Length == 0)
            (_keys, _values) = (new float[(long)Heads * HeadDimension * _capacity], new float[(long)Heads * HeadDimension * _capacity]);
    }

    private void Grow()
    {
        int capacity = checked(_capacity * 2);
        float[] grownKeys = new float[(long)Heads * HeadDimension * capacity];
        float[] grownValues = new float[(long)Heads * HeadDimension * capacity];
        for (int row = 0; row < Heads * HeadDimension; row++)
            _keys.AsSpan(row * _capacity, _held).CopyTo(grownKeys.AsSpan(row * capacity));
        for (int head = 0; head < Heads; head++)
            _values.AsSpan(head * _capacity * HeadDimension, _held * HeadDimension).CopyTo(grownValues.AsSpan(head * capacity * HeadDimension));
        (_keys, _values, _capacity) = (grownKeys, grownValues, capacity);
    }
}
