using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Gpu.Execution;

/// <summary>Constants that kernels look up.</summary>
internal sealed class DeviceTables(GpuDevice device)
{
    private readonly Dictionary<GeluForm, DeviceLease<float>> _gelu = [];

    /// <summary>2^(i / 32), i = 0..31, of glibc's exponential. Made at first use, by when the caller holds the device's gate.</summary>
    public DeviceLease<ulong> Roots => field ??= device.Memory.Rent<ulong>([.. Enumerable.Range(0, 32).Select(static index => BitConverter.DoubleToUInt64Bits(GlibcTables.PowerOfTwo(index)))]);

    /// <summary>GELU at every fp16 pattern, by the definition on the host.</summary>
    public DeviceLease<float> GeluOf(GeluForm form)
    {
        if (!_gelu.TryGetValue(form, out DeviceLease<float>? table))
            _gelu[form] = table = device.Memory.Rent(GeluTable.EntriesOf(form));
        return table;
    }
}
