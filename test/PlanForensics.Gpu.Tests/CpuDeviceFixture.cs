using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Tests;

/// <summary>ILGPU's CPU device, opened once for the tests of a class.</summary>
public sealed class CpuDeviceFixture : IDisposable
{
    public CpuDeviceFixture()
    {
        Device = GpuDevice.Open("ilgpu-cpu");
        Kernels = new GpuOperatorKernels(Device);
    }

    public GpuDevice Device { get; }

    public GpuOperatorKernels Kernels { get; }

    public void Dispose() => Device.Dispose();
}
