namespace PlanForensics.Regimes;

/// <summary>A list of structs that grows without copying them.</summary>
internal sealed class ChunkedList<T>
    where T : struct
{
    private const int Bits = 13;
    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _chunks[index >> Bits][index & ((1 << Bits) - 1)];

    /// <summary>Adds a blank element.</summary>
    public ref T Add()
    {
        int index = Count++;
        if (index >> Bits == _chunks.Count)
            _chunks.Add(new T[1 << Bits]);
        return ref this[index];
    }
}
