namespace PlanForensics.Simulation.Batching;

/// <summary>A rank's device, as far as the simulated step time goes. Every figure is an assumption to be replaced by measured ones; none decides which bits a plan gives.</summary>
public sealed record DeviceModel
{
    /// <summary>Its name in contracts; default <c>simulated sm90</c>.</summary>
    public string Name { get; init; } = "simulated sm90";

    /// <summary>Device memory, in MB; default 81,920.</summary>
    public double MemoryMb { get; init => field = Positive(value, nameof(MemoryMb)); } = 81920;

    /// <summary>Floating-point operations a second that matrix products reach; default 5e14.</summary>
    public double OperationsPerSecond { get; init => field = Positive(value, nameof(OperationsPerSecond)); } = 5e14;

    /// <summary>Bytes a second that memory reaches; default 2.7e12.</summary>
    public double BytesPerSecond { get; init => field = Positive(value, nameof(BytesPerSecond)); } = 2.7e12;

    /// <summary>Seconds that a step costs beside its kernels (scheduler, launches); default 0.001.</summary>
    public double StepOverheadSeconds { get; init => field = Positive(value, nameof(StepOverheadSeconds)); } = 1e-3;

    /// <summary>Latency of one all-reduce, in seconds (alpha); default 8e-6.</summary>
    public double AllReduceSeconds { get; init => field = Positive(value, nameof(AllReduceSeconds)); } = 8e-6;

    /// <summary>Bytes a second of the links of a rank (beta); default 3e11.</summary>
    public double LinkBytesPerSecond { get; init => field = Positive(value, nameof(LinkBytesPerSecond)); } = 3e11;

    /// <summary>L2 cache, in bytes; default 50 MiB.</summary>
    public double L2Bytes { get; init => field = Positive(value, nameof(L2Bytes)); } = 50.0 * 1024 * 1024;

    /// <summary>Multiprocessors; default 132.</summary>
    public int Multiprocessors { get; init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Multiprocessors), value, "1 or more"); } = 132;

    /// <summary>Workspace that the matrix library is given, in bytes; default 32 MiB.</summary>
    public long WorkspaceBytes { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(WorkspaceBytes), value, "0 or more"); } = 32L << 20;

    private static double Positive(double value, string name) =>
        double.IsFinite(value) && value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is finite and more than 0");
}
