using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PlanForensics.Replay;

/// <summary>
/// Operator results shared between candidate plans: equal inputs under an equal program are computed once. The same bits come out with and without it.
/// </summary>
/// <remarks>
/// Keys are the operator, the program's text and 128 bits of the inputs' SHA-256. The least recently used results go when the budget is full. May be shared by threads.
/// </remarks>
public sealed class OperatorMemo
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = new();
    private readonly Dictionary<string, int> _programs = [];
    private long _bytes;

    /// <summary>Creates a memo.</summary>
    /// <param name="budgetBytes">Bytes of results to keep, at least 0.</param>
    public OperatorMemo(long budgetBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budgetBytes);
        BudgetBytes = budgetBytes;
    }

    /// <summary>Bytes of results kept at most.</summary>
    public long BudgetBytes { get; }

    /// <summary>Results found.</summary>
    public long Hits { get; private set; }

    /// <summary>Results computed.</summary>
    public long Misses { get; private set; }

    /// <summary>Bytes of results kept now.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    internal static UInt128 HashOf(ReadOnlySpan<float> values) => HashOf(MemoryMarshal.AsBytes(values));

    internal static UInt128 Combine(UInt128 first, UInt128 second, UInt128 third) => HashOf(MemoryMarshal.AsBytes<UInt128>([first, second, third]));

    internal int ProgramId(string text)
    {
        lock (_lock)
        {
            if (!_programs.TryGetValue(text, out int id))
                _programs[text] = id = _programs.Count;
            return id;
        }
    }

    internal bool TryGet(Key key, out float[] values, out UInt128 hash)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                Hits++;
                (values, hash) = (node.Value.Values, node.Value.Hash);
                return true;
            }

            Misses++;
            (values, hash) = ([], default);
            return false;
        }
    }

    internal void Add(Key key, float[] values, UInt128 hash)
    {
        lock (_lock)
        {
            if (SizeOf(values) > BudgetBytes || _entries.ContainsKey(key))
                return;
            _entries[key] = _recent.AddFirst(new Entry(key, values, hash));
            _bytes += SizeOf(values);
            while (_bytes > BudgetBytes)
            {
                Entry oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _entries.Remove(oldest.Key);
                _bytes -= SizeOf(oldest.Values);
            }
        }
    }

    private static long SizeOf(float[] values) => (sizeof(float) * (long)values.Length) + 128;

    private static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    /// <summary>One operator under one program on one set of inputs.</summary>
    internal readonly record struct Key(object Operator, int Program, UInt128 First, UInt128 Second);

    private sealed record Entry(Key Key, float[] Values, UInt128 Hash);
}
