using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PlanForensics.Plans;
using PlanForensics.Replay.Sharing;

namespace PlanForensics.Replay;

/// <summary>
/// Operator results shared between candidate plans: equal inputs under an equal program are computed once. The same bits come out with and without it.
/// </summary>
/// <remarks>
/// Results are kept row by row, since a row of an operator's output depends on no other row (a program that differs by row is kept whole). A row of values is kept once and has a number;
/// rows are one only when all their bits are. Keys are the operator, 128 bits of the SHA-256 of the program's text and the numbers of the input rows. Results that were not used for a while go when
/// the budget is full. May be shared by threads.
/// </remarks>
public sealed class OperatorMemo
{
    private const int EntryOverheadBytes = 256;
    private const int FirstEntries = 1 << 13;

    private static readonly object RowOperator = new();
    private static readonly ConditionalWeakTable<object, StrongBox<UInt128>> TextHashes = [];

    private readonly Lock _lock = new();
    private readonly Dictionary<SharedKey, Entry> _entries;
    private readonly Queue<Entry> _round; // entries used since they were last looked at go round once more
    private readonly RowContents _contents;
    private long _bytes;

    /// <summary>Creates a memo.</summary>
    /// <param name="budgetBytes">Bytes of results to keep, at least 0; a result counts 256 bytes for its place, and its values once however many results are equal.</param>
    public OperatorMemo(long budgetBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budgetBytes);
        BudgetBytes = budgetBytes;
        int entries = (int)Math.Min(budgetBytes / (4 * EntryOverheadBytes), FirstEntries);
        (_entries, _round, _contents) = (new Dictionary<SharedKey, Entry>(entries), new Queue<Entry>(entries), new RowContents(entries));
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

    /// <summary>128 bits of the SHA-256 of a program's text.</summary>
    internal static UInt128 HashOf(OperatorProgram program) => TextHashes.GetValue(program, static p => new StrongBox<UInt128>(HashOf(((OperatorProgram)p).Text))).Value;

    /// <summary>128 bits of the SHA-256 of a plan's text, for operators whose plan is their program.</summary>
    internal static UInt128 HashOf(OperatorPlan plan) => TextHashes.GetValue(plan, static p => new StrongBox<UInt128>(HashOf(((OperatorPlan)p).Text))).Value;

    /// <summary>Looks results up: one key for each of some rows.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="rows">Filled with the rows found; null where none is.</param>
    /// <returns>The number found.</returns>
    internal int Find(ReadOnlySpan<SharedKey> keys, Span<SharedRow?> rows)
    {
        int found = 0;
        lock (_lock)
        {
            for (int index = 0; index < keys.Length; index++)
            {
                rows[index] = Look(keys[index]);
                found += rows[index] is null ? 0 : 1;
            }

            Hits += found;
            Misses += keys.Length - found;
        }

        return found;
    }

    /// <summary>Keeps a result. The array becomes the memo's and must not be changed.</summary>
    /// <returns>The row of these bits.</returns>
    internal SharedRow Add(in SharedKey key, float[] values)
    {
        ulong hash = RowContents.HashOf(values);
        lock (_lock)
        {
            SharedRow row = _contents.Find(values, hash) ?? _contents.Add(values, hash);
            Keep(key, row);
            return row;
        }
    }

    /// <summary>Keeps results that came together.</summary>
    /// <param name="keys">A key for each row.</param>
    /// <param name="computed">Which of them were computed.</param>
    /// <param name="packed">Their values, one after the other; a single one becomes the memo's and must not be changed.</param>
    /// <param name="rows">Receives their rows.</param>
    internal void Add(SharedKey[] keys, int[] computed, float[] packed, SharedRow?[] rows)
    {
        int width = packed.Length / computed.Length;
        Span<ulong> hashes = computed.Length <= 256 ? stackalloc ulong[computed.Length] : new ulong[computed.Length];
        for (int index = 0; index < computed.Length; index++)
            hashes[index] = RowContents.HashOf(packed.AsSpan(index * width, width));
        lock (_lock)
        {
            for (int index = 0; index < computed.Length; index++)
            {
                ReadOnlySpan<float> values = packed.AsSpan(index * width, width);
                SharedRow row = _contents.Find(values, hashes[index]) ?? _contents.Add(computed.Length == 1 ? packed : values.ToArray(), hashes[index]);
                rows[computed[index]] = row;
                Keep(keys[computed[index]], row);
            }
        }
    }

    /// <summary>The row of these bits, for a value that no operator under this memo gave.</summary>
    internal SharedRow RowOf(ReadOnlySpan<float> values)
    {
        ulong hash = RowContents.HashOf(values);
        lock (_lock)
        {
            if (_contents.Find(values, hash) is { } known)
                return known;
            SharedRow row = _contents.Add(values.ToArray(), hash);
            Keep(new SharedKey(RowOperator, 0, row.Id), row);
            return row;
        }
    }

    /// <summary>The number of a sequence's contents after one more position: equal contents before and equal rows give an equal number.</summary>
    internal long NumberOf(in SharedKey key)
    {
        lock (_lock)
        {
            if (Look(key) is { } known)
                return known.Id;
            var row = new SharedRow([], 0, _contents.NextId());
            Keep(key, row);
            return row.Id;
        }
    }

    /// <summary>Keeps what was made of a row with the row.</summary>
    internal void Attach(SharedRow row, object derived, int bytes)
    {
        lock (_lock)
        {
            if (row.Uses > 0)
                _bytes += bytes - row.DerivedBytes;
            (row.Derived, row.DerivedBytes) = (derived, bytes);
            Evict();
        }
    }

    private SharedRow? Look(in SharedKey key)
    {
        if (!_entries.TryGetValue(key, out Entry? entry))
            return null;
        entry.IsUsed = true;
        return entry.Row;
    }

    private void Keep(in SharedKey key, SharedRow row)
    {
        if (EntryOverheadBytes + SizeOf(row) > BudgetBytes || _entries.ContainsKey(key))
        {
            Forget(row);
            return;
        }

        _bytes += EntryOverheadBytes + (row.Uses++ == 0 ? SizeOf(row) : 0);
        var entry = new Entry(key, row);
        _entries[key] = entry;
        _round.Enqueue(entry);
        Evict();
    }

    private void Evict()
    {
        while (_bytes > BudgetBytes)
        {
            Entry oldest = _round.Dequeue();
            if (oldest.IsUsed)
            {
                oldest.IsUsed = false;
                _round.Enqueue(oldest);
                continue;
            }

            _entries.Remove(oldest.Key);
            _bytes -= EntryOverheadBytes + (--oldest.Row.Uses == 0 ? SizeOf(oldest.Row) : 0);
            Forget(oldest.Row);
        }
    }

    private static int SizeOf(SharedRow row) => (sizeof(float) * row.Values.Length) + row.DerivedBytes;

    private void Forget(SharedRow row)
    {
        if (row.Uses == 0)
            _contents.Remove(row);
    }

    private static UInt128 HashOf(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private sealed class Entry(SharedKey key, SharedRow row)
    {
        public SharedKey Key => key;

        public SharedRow Row => row;

        public bool IsUsed { get; set; }
    }
}
