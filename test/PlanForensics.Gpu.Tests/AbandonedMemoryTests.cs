using System.Runtime.CompilerServices;
using FluentAssertions;
using PlanForensics.Gpu.Devices;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>Device memory whose owner on the host the collector has taken.</summary>
/// <remarks>An operator holds views of weights, and the collector may take the weights' owner between the last use of the owner and the kernel that reads the views.</remarks>
public sealed class AbandonedMemoryTests
{
    private const int Length = 1 << 12;

    [Fact]
    public void Memory_is_not_handed_out_again_before_the_operator_has_read_its_result()
    {
        using GpuDevice device = GpuDevice.Open("ilgpu-cpu");
        long allocated = Abandon(device);
        using DeviceLease<float> workspace = device.Memory.Rent<float>(Length);
        device.Traffic.AllocatedBytes.Should().Be(allocated + (Length * sizeof(float)), "a view of the abandoned memory may still be in use");
        workspace.Read(new float[1]);
        using DeviceLease<float> next = device.Memory.Rent<float>(Length);
        device.Traffic.AllocatedBytes.Should().Be(allocated + (Length * sizeof(float)), "everything launched has run");
    }

    /// <summary>Bytes allocated when the owner is gone.</summary>
    private static long Abandon(GpuDevice device)
    {
        Own(device);
        for (int round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return device.Traffic.AllocatedBytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Own(GpuDevice device) => _ = new Owner(device);

    private sealed class Owner : DeviceResident
    {
        public Owner(GpuDevice device)
            : base(device.Memory) => Keep(device.Memory.Rent<float>(Length));
    }
}
