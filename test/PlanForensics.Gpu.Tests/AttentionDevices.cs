using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Tests;

/// <summary>A device with one thread a group and one with warps, opened once for the tests of a class.</summary>
public sealed class AttentionDevices : IDisposable
{
    public GpuDevice Single { get; } = GpuDevice.Open("ilgpu-cpu");

    public GpuDevice Warps { get; } = GpuDevice.OpenCpu(32);

    public void Dispose()
    {
        Single.Dispose();
        Warps.Dispose();
    }
}
