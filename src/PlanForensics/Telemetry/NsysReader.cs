using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Telemetry;

/// <summary>
/// Reads an Nsight Systems SQLite export of any schema version: kernel launches with their names read into partial plans, and, where NVTX ranges
/// name an engine's steps, a timeline of these steps with the composition of each batch. Holds all kernels in memory (about 250 bytes each).
/// </summary>
/// <param name="source">The export.</param>
/// <param name="options">Options; null for the defaults.</param>
public sealed class NsysReader(ITableSource source, TelemetryReadOptions? options = null)
{
    private readonly TelemetryReadOptions _options = options ?? new TelemetryReadOptions();

    /// <summary>Reads all into a sink.</summary>
    /// <param name="sink">Takes the timeline, then the kernels in order of their start.</param>
    /// <returns>What was read; a record is a row of the tables of kernels, runtime calls and NVTX events.</returns>
    public TelemetryCounts Read(ITelemetrySink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        NsysTables tables = new(source);
        KernelNameCache names = new();
        NsysSteps steps = new(tables, names, $"nsys:{_options.Source}");
        if (tables.Steps.Count > 0)
            sink.Begin(steps.Timeline(_options.ImportedAt));
        foreach (NsysKernel kernel in tables.Kernels)
        {
            _options.Cancellation.ThrowIfCancellationRequested();
            (StepPlace Place, bool IsAfter)? step = steps.PlaceOf(kernel);
            sink.Kernel(new KernelLaunch
            {
                Kernel = names.Get(kernel.Name),
                StartNanoseconds = kernel.Start,
                EndNanoseconds = kernel.End,
                StartedAt = tables.Began?.AddTicks(kernel.Start / 100),
                ProcessId = kernel.Process == 0 ? null : kernel.Process,
                Device = kernel.Device,
                Stream = kernel.Stream,
                CorrelationId = kernel.Correlation,
                GraphNode = kernel.GraphNode,
                Grid = kernel.Grid,
                Block = kernel.Block,
                LaunchCall = kernel.LaunchCall,
                LaunchNanoseconds = kernel.LaunchStart,
                Step = step?.Place,
                IsAfterRange = step?.IsAfter ?? false,
            });
        }

        return new TelemetryCounts(tables.RecordCount, 0, tables.Remarks);
    }
}
