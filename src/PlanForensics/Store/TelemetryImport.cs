namespace PlanForensics.Store;

/// <summary>What an import of another tool's records wrote.</summary>
/// <param name="AlreadyPresent">Whether the same file was imported before; nothing was written then.</param>
/// <param name="Requests">Requests written.</param>
/// <param name="Steps">Steps written.</param>
/// <param name="Kernels">Kernel launches written, with times or with counters.</param>
/// <param name="Samples">Metric samples written.</param>
/// <param name="Joined">Kernel launches whose counters were joined to a launch with times.</param>
public sealed record TelemetryImport(bool AlreadyPresent, long Requests = 0, long Steps = 0, long Kernels = 0, long Samples = 0, long Joined = 0);
