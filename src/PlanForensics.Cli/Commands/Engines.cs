using PlanForensics.Kernels;
using PlanForensics.Replay;

namespace PlanForensics.Cli.Commands;

/// <summary>The engine that commands replay with.</summary>
internal static class Engines
{
    private const long MemoBudgetBytes = 512L << 20;

    public static CpuReplayEngine Plain() => new(KernelSelection.Default);

    /// <summary>An engine that shares operator results between the replays of one command.</summary>
    public static CpuReplayEngine WithMemo() => new(KernelSelection.Default, new OperatorMemo(MemoBudgetBytes));
}
