using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>
/// Operator results shared between candidate plans: equal inputs under an equal program are computed once. The same bits come out with and without it.
/// </summary>
/// <remarks>
/// Results are kept row by row, since a row of an operator's output depends on no other row (a program that differs by row is kept whole). Keys are the operator, 128 bits
/// of the SHA-256 of the program's text and 128 bits of the SHA-256 of each input. The least recently used results go when the budget is full. May be shared by threads.
/// </remarks>
public sealed class OperatorMemo
{
    private const int EntryOverheadBytes = 256;

    private static readonly ConditionalWeakTable<OperatorProgram, StrongBox<UInt128>> ProgramHashes = [];

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = new();
    private long _bytes;

    /// <summary>Creates a memo.</summary>
    /// <param name="budgetBytes">Bytes of results to keep, at least 0; a result counts its values and 256 bytes for its place.</param>
    public OperatorMemo(long budgetBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budgetBytes);
        BudgetBytes = budgetBytes;
    }

    /// <summary>Bytes of results kept at most.</summary>
    public long BudgetBytes { get; }

    /// <summary>Results (rows of an operator's output) found.</summary>
    public long Hits { get; private set; }

    /// <summary>Results (rows of an operator's output) computed.</summary>
    public long Misses { get; private set; }

    /// <summary>Bytes of results kept now; never more than <see cref="BudgetBytes"/>.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    internal static UInt128 HashOf(ReadOnlySpan<float> values) => HashOf(MemoryMarshal.AsBytes(values));

    internal static UInt128 HashOf(OperatorProgram program) =>
        ProgramHashes.GetValue(program, static p => new StrongBox<UInt128>(HashOf(Encoding.UTF8.GetBytes(p.Text)))).Value;

    internal static UInt128 Combine(UInt128 first, UInt128 second, UInt128 third) => HashOf(MemoryMarshal.AsBytes<UInt128>([first, second, third]));

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
            while (_bytes + SizeOf(values) > BudgetBytes)
            {
                Entry oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _entries.Remove(oldest.Key);
                _bytes -= SizeOf(oldest.Values);
            }

            _entries[key] = _recent.AddFirst(new Entry(key, values, hash));
            _bytes += SizeOf(values);
        }
    }

    private static long SizeOf(float[] values) => (sizeof(float) * (long)values.Length) + EntryOverheadBytes;

    private static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    /// <summary>One operator under one program on one set of inputs.</summary>
    internal readonly record struct Key(object Operator, UInt128 Program, UInt128 First, UInt128 Second);

    private sealed record Entry(Key Key, float[] Values, UInt128 Hash);
}
