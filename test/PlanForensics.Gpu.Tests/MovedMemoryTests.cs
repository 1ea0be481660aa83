using System.Runtime.CompilerServices;
using FluentAssertions;
using ILGPU.Runtime;
using PlanForensics.Gpu.Devices;
using Xunit;

namespace PlanForensics.Gpu.Tests;

/// <summary>The garbage collector runs while an array is copied to a device or from it.</summary>
/// <remarks>
/// ILGPU takes an array's address before it registers a buffer for the copy, and registering waits for the accelerator's lock. So a test that holds the lock stops a copy between the two.
/// Where the array is not pinned by then, the copy goes to where it has been.
/// </remarks>
public sealed class MovedMemoryTests(CpuDeviceFixture fixture) : IClassFixture<CpuDeviceFixture>
{
    private const int Length = 5000;

    [Fact]
    public void An_array_that_is_not_copied_moves()
    {
        float[] values = Behind(Garbage());
        nint before = AddressOf(values);
        Collect();
        AddressOf(values).Should().NotBe(before, "else the other tests show nothing");
    }

    [Fact]
    public void An_array_stays_while_it_is_copied_to_the_device()
    {
        using DeviceLease<float> lease = fixture.Device.Memory.Rent<float>(Length);
        float[] values = Behind(Garbage());
        CollectDuring(() => lease.Write(values), values).Should().BeFalse("the copy reads at the address that it took");
        float[] back = new float[Length];
        lease.Read(back);
        back.Should().Equal(values);
    }

    [Fact]
    public void An_array_stays_while_it_is_copied_from_the_device()
    {
        float[] expected = Behind(Garbage());
        using DeviceLease<float> lease = fixture.Device.Memory.Rent<float>(expected);
        float[] back = Behind(Garbage());
        back.AsSpan().Clear();
        CollectDuring(() => lease.Read(back), back).Should().BeFalse("the copy writes to the address that it took");
        back.Should().Equal(expected);
    }

    /// <summary>Whether an array moved in a collection in the midst of a copy.</summary>
    private bool CollectDuring(Action copy, float[] values)
    {
        var copier = new Thread(() => copy()) { IsBackground = true };
        bool moved;
        lock (LockOf(fixture.Device.Accelerator))
        {
            copier.Start();
            SpinWait.SpinUntil(() => copier.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(60)).Should().BeTrue("the copy waits for the accelerator's lock");
            nint before = AddressOf(values);
            Collect();
            moved = AddressOf(values) != before;
        }

        copier.Join();
        return moved;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Garbage()
    {
        int bytes = 0;
        for (int index = 0; index < 100; index++)
            bytes += new byte[1000].Length;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float[] Behind(int garbage)
    {
        float[] values = new float[Length];
        for (int index = 0; index < values.Length; index++)
            values[index] = garbage + index;
        return values;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect() => GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);

    private static unsafe nint AddressOf(float[] values)
    {
        fixed (float* first = values)
            return (nint)first;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "syncRoot")]
    private static extern ref object LockOf(Accelerator accelerator);
}
