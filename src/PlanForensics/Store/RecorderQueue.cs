using System.Diagnostics;
using System.Numerics;

namespace PlanForensics.Store;

/// <summary>
/// A bounded queue of many producers and one consumer that never allocates: each slot carries the ordinal of the turn it is ready for
/// (D. Vyukov, "Bounded MPMC queue", 1024cores.net, 2010). Closing it is a bit of the tail, so that no item slips in behind the close.
/// </summary>
internal sealed class RecorderQueue
{
    private const long ClosedBit = long.MinValue;
    private readonly Slot[] _slots;
    private readonly int _mask;
    private PaddedLong _tail;
    private PaddedLong _head;

    public RecorderQueue(int capacity)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
        for (int index = 0; index < _slots.Length; index++)
            _slots[index].Turn = index;
    }

    public int Capacity => _slots.Length;

    /// <summary>Items ever claimed by producers.</summary>
    public long Tail => Volatile.Read(ref _tail.Value) & ~ClosedBit;

    /// <summary>Items ever taken by the consumer.</summary>
    public long Head => Volatile.Read(ref _head.Value);

    public bool IsClosed => Volatile.Read(ref _tail.Value) < 0;

    public bool IsHalfFull => Tail - Head >= _slots.Length / 2;

    public bool TryEnqueue(in RecorderItem item)
    {
        while (true)
        {
            long tail = Volatile.Read(ref _tail.Value);
            if (tail < 0)
                return false;
            ref Slot slot = ref _slots[(int)tail & _mask];
            long lag = Volatile.Read(ref slot.Turn) - tail;
            if (lag < 0)
                return false;
            if (lag == 0 && Interlocked.CompareExchange(ref _tail.Value, tail + 1, tail) == tail)
            {
                slot.Item = item;
                Volatile.Write(ref slot.Turn, tail + 1);
                return true;
            }
        }
    }

    /// <summary>Takes the oldest item; waits for a producer that has claimed its slot and not yet filled it. Call only while Head is below Tail.</summary>
    public RecorderItem Dequeue()
    {
        long head = _head.Value;
        Debug.Assert(head < Tail, "an empty queue has nothing to take");
        ref Slot slot = ref _slots[(int)head & _mask];
        SpinWait spin = default;
        while (Volatile.Read(ref slot.Turn) != head + 1)
            spin.SpinOnce();
        RecorderItem item = slot.Item;
        slot.Item = default;
        Volatile.Write(ref slot.Turn, head + _slots.Length);
        Volatile.Write(ref _head.Value, head + 1);
        return item;
    }

    public void Close() => Interlocked.Or(ref _tail.Value, ClosedBit);

    private struct Slot
    {
        public long Turn;
        public RecorderItem Item;
    }

    // Producers and consumer write their own cache line each.
    private struct PaddedLong
    {
        public long Value;
#pragma warning disable CS0169, IDE0051 // Padding.
        private readonly long _p1, _p2, _p3, _p4, _p5, _p6, _p7;
#pragma warning restore CS0169, IDE0051
    }
}
