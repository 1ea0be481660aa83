using System.Runtime.InteropServices;
using ILGPU;
using PlanForensics.Gpu.Devices;
using PlanForensics.Numerics;

namespace PlanForensics.Gpu.Execution;

/// <summary>A block-quantised matrix on a device, its bytes as they are stored.</summary>
internal sealed class DeviceBlocks : DeviceResident
{
    public DeviceBlocks(GpuDevice device, BlockMatrix matrix)
        : base(device.Memory)
    {
        DeviceLease<ushort> lease = Keep(device.Memory.RentExactly<ushort>(matrix.Bytes.Length / sizeof(ushort)));
        lease.Write(MemoryMarshal.Cast<byte, ushort>(matrix.Bytes.Span));
        View = lease.View;
    }

    /// <summary>Block after block, row after row, in units of two bytes.</summary>
    public ArrayView<ushort> View { get; }
}
