using System.Numerics;
using ILGPU;
using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Execution;

/// <summary>The page of each sixteen positions, for every cache: pages are handed out backwards in runs of doubling length, so that no kernel can rely on their order and a cache can grow without moving them.</summary>
internal sealed class DevicePages(GpuDevice device)
{
    /// <summary>Pages of the first run.</summary>
    public const int Fewest = 4;

    private DeviceLease<int>? _table;

    public ArrayView<int> View => _table!.View;

    /// <summary>Makes the table long enough; uploaded again only where it was not.</summary>
    public void Reserve(int pages)
    {
        if (_table is not null && _table.Length >= pages)
            return;
        _table?.Dispose();
        _table = device.Memory.Rent<int>([.. Enumerable.Range(0, pages).Select(PlaceOf)]);
    }

    /// <summary>The place of a page: the run of <c>[0, 4)</c>, <c>[4, 8)</c>, <c>[8, 16)</c>, .. that it lies in, backwards.</summary>
    public static int PlaceOf(int page)
    {
        int first = page < Fewest ? 0 : 1 << BitOperations.Log2((uint)page);
        int length = page < Fewest ? Fewest : first;
        return first + length - 1 - (page - first);
    }
}
