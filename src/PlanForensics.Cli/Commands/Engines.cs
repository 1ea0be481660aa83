using PlanForensics.Gpu;
using PlanForensics.Gpu.Devices;
using PlanForensics.Kernels;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>The engine that commands replay with.</summary>
internal static class Engines
{
    private const long MemoBudgetBytes = 512L << 20;

    public static CpuReplayEngine Plain() => new(Kernels());

    /// <summary>An engine that shares operator results between the replays of one command.</summary>
    public static CpuReplayEngine WithMemo() => new(Kernels(), new OperatorMemo(MemoBudgetBytes));

    /// <summary>The engine of a device: <see cref="DeviceOption.Cpu"/>, or one that <see cref="GpuDevice.Open"/> knows.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="shares">Whether operator results are shared between the replays of one command.</param>
    public static EngineLease On(string device, bool shares)
    {
        if (device == DeviceOption.Cpu)
            return new EngineLease(shares ? WithMemo() : Plain(), null);
        try
        {
            GpuDevice opened = GpuDevice.Open(device);
            return new EngineLease(new GpuReplayEngine(opened, shares ? new OperatorMemo(MemoBudgetBytes) : null), opened);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"--device: no device is named \"{device}\"; expected cpu, ilgpu-cpu, cuda, cuda:N, opencl or opencl:N");
        }
        catch (DeviceNotAvailableException exception)
        {
            throw new CannotRunException(exception.Message);
        }
    }

    /// <summary>The kernels that the environment asks for; a name that is none is the caller's mistake, not ours.</summary>
    private static IOperatorKernels Kernels()
    {
        try
        {
            return KernelSelection.Default;
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new CannotRunException(exception.Message);
        }
    }
}
