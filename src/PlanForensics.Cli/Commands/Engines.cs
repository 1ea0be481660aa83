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
