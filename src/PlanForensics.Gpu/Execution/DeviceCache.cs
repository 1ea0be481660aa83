using PlanForensics.Gpu.Devices;
using PlanForensics.Gpu.Kernels;
using PlanForensics.Kernels;

namespace PlanForensics.Gpu.Execution;

/// <summary>Keys and values of one layer and sequence on a device, in pages that grow with the sequence, in the formats in which attention reads them.</summary>
internal sealed class DeviceCache(GpuDevice device, KeyValueCache cache, int keyFormat, int valueFormat) : DeviceResident(device.Memory)
{
    private int _uploaded;
    private int _pageCount;

    /// <summary>Where positions lie in a page.</summary>
    public PagedShape Shape { get; } = new() { Heads = cache.Heads, Dimension = cache.HeadDimension };

    public DeviceLease<float> Keys { get; private set; } = device.Memory.Rent<float>(0);

    public DeviceLease<float> Values { get; private set; } = device.Memory.Rent<float>(0);

    /// <summary>The page of each sixteen positions. Pages are handed out from the pool's end, so that no kernel can rely on their order.</summary>
    public DeviceLease<int> Pages { get; private set; } = device.Memory.Rent<int>(0);

    /// <summary>Brings what was appended since to the device.</summary>
    public void Update(KeyValueCache source)
    {
        int added = source.Count - _uploaded;
        if (added == 0)
            return;
        int pages = (source.Count + (1 << PagedShape.PageBits) - 1) >> PagedShape.PageBits;
        if (pages > _pageCount)
        {
            Grow(Math.Max(pages, 2 * _pageCount));
            (_uploaded, added) = (0, source.Count);
        }

        int width = Shape.Heads * Shape.Dimension;
        float[] keys = new float[added * width];
        float[] values = new float[added * width];
        for (int head = 0; head < Shape.Heads; head++)
        {
            ReadOnlySpan<float> storedKeys = source.Keys(head);
            ReadOnlySpan<float> storedValues = source.Values(head);
            for (int offset = 0; offset < added; offset++)
            {
                int position = _uploaded + offset;
                int at = (offset * width) + (head * Shape.Dimension);
                for (int d = 0; d < Shape.Dimension; d++)
                    keys[at + d] = storedKeys[(d * source.Capacity) + position];
                storedValues.Slice(position * Shape.Dimension, Shape.Dimension).CopyTo(values.AsSpan(at));
            }
        }

        var launcher = new Launcher(device);
        launcher.Append(keys, Keys.View, Pages.View, Shape, _uploaded, keyFormat);
        launcher.Append(values, Values.View, Pages.View, Shape, _uploaded, valueFormat);
        _uploaded = source.Count;
    }

    private void Grow(int pages)
    {
        Keys.Dispose();
        Values.Dispose();
        Pages.Dispose();
        long length = (long)pages * Shape.Heads * Shape.Dimension << PagedShape.PageBits;
        Keys = Keep(device.Memory.Rent<float>(length));
        Values = Keep(device.Memory.Rent<float>(length));
        Pages = Keep(device.Memory.Rent<int>([.. Enumerable.Range(0, pages).Select(page => pages - 1 - page)]));
        _pageCount = pages;
    }
}
