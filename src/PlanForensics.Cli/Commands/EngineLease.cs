using PlanForensics.Gpu.Devices;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>An engine and the device that it keeps open.</summary>
internal sealed record EngineLease(IReplayEngine Engine, GpuDevice? Device) : IDisposable
{
    public void Dispose() => Device?.Dispose();
}
