using System.Collections.Concurrent;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace PlanForensics.Gpu.Devices;

/// <summary>Buffers of an accelerator that are used again.</summary>
internal sealed class DeviceMemory(Accelerator accelerator, DeviceCounters counters) : IDisposable
{
    private readonly Dictionary<(Type, long), Stack<MemoryBuffer>> _free = [];
    private readonly List<MemoryBuffer> _all = [];
    private readonly ConcurrentQueue<IReadOnlyList<IDisposable>> _abandoned = [];

    /// <summary>Bytes allocated so far.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Bytes of the leases that are out.</summary>
    public long BytesInUse { get; private set; }

    public DeviceCounters Counters { get; } = counters;

    /// <summary>Memory for some values, until the lease is disposed; what it holds is not defined. Its room is the next power of two, so that it fits many requests.</summary>
    public DeviceLease<T> Rent<T>(long length)
        where T : unmanaged => Rent<T>(length, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(length, 64)));

    /// <summary>Memory for what stays, weights above all: no more than it needs, up to a multiple of 64 values.</summary>
    public DeviceLease<T> RentExactly<T>(long length)
        where T : unmanaged => Rent<T>(length, (Math.Max(length, 1) + 63) & ~63L);

    /// <summary>Memory that holds some values.</summary>
    public DeviceLease<T> Rent<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceLease<T> lease = Rent<T>(values.Length);
        lease.Write(values);
        return lease;
    }

    /// <summary>Takes leases back from any thread. The collector may find their owner dead while an operator still computes with their views, so they are used again only after <see cref="Reclaim"/>.</summary>
    internal void Abandon(IReadOnlyList<IDisposable> leases) => _abandoned.Enqueue(leases);

    /// <summary>Frees what was abandoned. Called once everything launched has run.</summary>
    internal void Reclaim()
    {
        while (_abandoned.TryDequeue(out IReadOnlyList<IDisposable>? leases))
            foreach (IDisposable lease in leases)
                lease.Dispose();
    }

    internal void Return<T>(MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged
    {
        BytesInUse -= buffer.LengthInBytes;
        if (!_free.TryGetValue((typeof(T), buffer.Length), out Stack<MemoryBuffer>? stack))
            _free[(typeof(T), buffer.Length)] = stack = new Stack<MemoryBuffer>();
        stack.Push(buffer);
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in _all)
            buffer.Dispose();
    }

    private DeviceLease<T> Rent<T>(long length, long capacity)
        where T : unmanaged
    {
        if (_free.TryGetValue((typeof(T), capacity), out Stack<MemoryBuffer>? stack) && stack.TryPop(out MemoryBuffer? found))
        {
            BytesInUse += found.LengthInBytes;
            return new DeviceLease<T>(this, (MemoryBuffer1D<T, Stride1D.Dense>)found, length);
        }

        MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D<T>(capacity);
        _all.Add(buffer);
        AllocatedBytes += buffer.LengthInBytes;
        BytesInUse += buffer.LengthInBytes;
        return new DeviceLease<T>(this, buffer, length);
    }
}
