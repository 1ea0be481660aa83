using System.Globalization;
using PlanForensics.Gpu.Devices;

namespace PlanForensics.Gpu.Execution;

/// <summary>What a launch needs of a device; asked before anything is launched.</summary>
/// <param name="Kernel">The kernel, for the reason.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="SharedMemoryBytes">Shared memory of a group, static.</param>
/// <param name="RegistersPerThread">32-bit registers of a thread: what its accumulators and fragments need, the compiler's share included.</param>
/// <param name="GroupsX">Groups in the grid's first dimension.</param>
/// <param name="GroupsY">Groups in the second.</param>
/// <param name="MemoryBytes">Operands, output and workspace.</param>
internal sealed record KernelDemand(string Kernel, int Threads, int SharedMemoryBytes, int RegistersPerThread, long GroupsX, long GroupsY, long MemoryBytes)
{
    /// <summary>Why a device cannot run it, or empty.</summary>
    public string ProblemOn(DeviceLimits limits)
    {
        if (Threads > limits.ThreadsPerGroup)
            return Say($"a group of {Threads} threads; the device has at most {limits.ThreadsPerGroup}");
        if (SharedMemoryBytes > limits.SharedMemoryBytes)
            return Say($"{SharedMemoryBytes} bytes of shared memory a group; the device has {limits.SharedMemoryBytes}");
        if (limits.RegistersPerGroup > 0 && (long)RegistersPerThread * Threads > limits.RegistersPerGroup)
            return Say($"{RegistersPerThread} registers a thread, {RegistersPerThread * Threads} a group; the device has {limits.RegistersPerGroup}");
        if (GroupsX > limits.GridX || GroupsY > limits.GridY)
            return Say($"a grid of {GroupsX} x {GroupsY} groups; the device has at most {limits.GridX} x {limits.GridY}");
        return MemoryBytes > limits.MemoryBytes ? Say($"{MemoryBytes} bytes for operands, output and workspace; the device has {limits.MemoryBytes}") : "";
    }

    private string Say(FormattableString need) => $"{Kernel} needs {need.ToString(CultureInfo.InvariantCulture)}";
}
