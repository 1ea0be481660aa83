using System.Numerics;
using ILGPU;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Kernels;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Execution;

/// <summary>Keys and values of one layer and sequence on a device, in pages that grow with the sequence, as they were appended. What was appended here comes to the host when it is asked for.</summary>
internal sealed class DeviceCache(GpuDevice device, DevicePages pages, KeyValueCache cache) : DeviceResident(device.Memory), IKeyValueSource
{
    private DeviceLease<float>? _keys;
    private DeviceLease<float>? _values;
    private int _count;
    private int _pageCount;
    private NumericFormat? _exact;

    /// <summary>Where positions lie in a page.</summary>
    public PagedShape Shape { get; } = new() { Heads = cache.Heads, Dimension = cache.HeadDimension };

    public ArrayView<float> Keys => _keys!.View;

    public ArrayView<float> Values => _values!.View;

    public ArrayView<int> Pages => pages.View;

    /// <summary>What keys and values are rounded to for an operand format: -1 for nothing, where each is exact in it.</summary>
    public int RoundedTo(NumericFormat operand) => operand == NumericFormat.Fp32 || operand == _exact ? -1 : (int)operand;

    private int Width => Shape.Heads * Shape.Dimension;

    /// <summary>Brings what the host appended since to the device.</summary>
    public void Update(KeyValueCache source)
    {
        int added = source.Count - _count;
        if (added <= 0)
            return;
        float[] keys = new float[added * Width];
        float[] values = new float[added * Width];
        for (int head = 0; head < Shape.Heads; head++)
        {
            ReadOnlySpan<float> storedKeys = source.Keys(head);
            ReadOnlySpan<float> storedValues = source.Values(head);
            for (int offset = 0; offset < added; offset++)
            {
                int position = _count + offset;
                int at = (offset * Width) + (head * Shape.Dimension);
                for (int d = 0; d < Shape.Dimension; d++)
                    keys[at + d] = storedKeys[(d * source.Capacity) + position];
                storedValues.Slice(position * Shape.Dimension, Shape.Dimension).CopyTo(values.AsSpan(at));
            }
        }

        using DeviceLease<float> stagedKeys = device.Memory.Rent<float>(keys);
        using DeviceLease<float> stagedValues = device.Memory.Rent<float>(values);
        Append(stagedKeys.View, stagedValues.View, added, NumericFormat.Fp32);
    }

    /// <summary>Appends positions that lie on the device, and tells the host's cache that they are here.</summary>
    /// <param name="target">The host's cache.</param>
    /// <param name="keys">(positions, heads x head_dim).</param>
    /// <param name="values">As many.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="exact">A format in which every one of them is exact.</param>
    public void Append(KeyValueCache target, ArrayView<float> keys, ArrayView<float> values, int positions, NumericFormat exact)
    {
        Append(keys, values, positions, exact);
        target.AppendAt(this, positions);
    }

    /// <inheritdoc/>
    public void Read(int firstPosition, Span<float> keys, Span<float> values)
    {
        lock (device.Gate)
        {
            ObjectDisposedException.ThrowIf(device.IsClosed, device);
            Read(Keys, firstPosition, keys);
            Read(Values, firstPosition, values);
        }
    }

    private void Append(ArrayView<float> keys, ArrayView<float> values, int positions, NumericFormat exact)
    {
        _exact = _exact is null || _exact == exact ? exact : NumericFormat.Fp32;
        Reserve((_count + positions + PagedShape.PageSize - 1) >> PagedShape.PageBits);
        var launcher = new Launcher(device);
        foreach ((ArrayView<float> rows, ArrayView<float> pool) in ((ArrayView<float>, ArrayView<float>)[])[(keys, Keys), (values, Values)])
            launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<int>, PagedShape, int>>(typeof(AttentionKernels), nameof(AttentionKernels.Append))(
                launcher.Stream, launcher.For(rows.Length), rows, pool, Pages, Shape, _count);
        _count += positions;
    }

    private void Read(ArrayView<float> pool, int firstPosition, Span<float> rows)
    {
        using DeviceLease<float> gathered = device.Memory.Rent<float>(rows.Length);
        var launcher = new Launcher(device);
        launcher.Load<Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, PagedShape, int>>(typeof(AttentionKernels), nameof(AttentionKernels.Gather))(
            launcher.Stream, launcher.For(rows.Length), pool, Pages, gathered.View, Shape, firstPosition);
        gathered.Read(rows);
    }

    /// <summary>Room for pages: a power of two of them, so that pages keep their places and a growing cache is copied seldom.</summary>
    private void Reserve(int wanted)
    {
        if (wanted <= _pageCount)
            return;
        int grown = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(wanted, DevicePages.Fewest));
        pages.Reserve(grown);
        long page = (long)Width << PagedShape.PageBits;
        (_keys, _values) = (Grow(_keys, grown * page), Grow(_values, grown * page));
        _pageCount = grown;
    }

    private DeviceLease<float> Grow(DeviceLease<float>? former, long length)
    {
        DeviceLease<float> grown = Keep(device.Memory.RentExactly<float>(length));
        if (former is null)
            return grown;
        grown.View.SubView(0, former.Length).CopyFrom(device.Accelerator.DefaultStream, former.View);
        Release(former);
        return grown;
    }
}
