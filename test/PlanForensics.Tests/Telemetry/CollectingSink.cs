using PlanForensics.Contracts;
using PlanForensics.Contracts.Telemetry;

namespace PlanForensics.Tests.Telemetry;

/// <summary>Keeps what a reader finds.</summary>
internal sealed class CollectingSink : ITelemetrySink
{
    private readonly HashSet<(string, int, int)> _places = [];

    public List<ExecutionContract> Requests { get; } = [];

    public List<(string RequestId, ContractStep Step)> Steps { get; } = [];

    public List<KernelLaunch> Kernels { get; } = [];

    public List<KernelCounters> CounterLaunches { get; } = [];

    public List<MetricSample> Samples { get; } = [];

    public bool Begin(ExecutionContract request)
    {
        if (Requests.Exists(known => known.RequestId == request.RequestId))
            return false;
        Requests.Add(request);
        foreach (ContractStep step in request.Steps)
            Step(request.RequestId, step);
        return true;
    }

    public bool Step(string requestId, ContractStep step)
    {
        if (!_places.Add((requestId, step.State.StepIndex, step.State.Rank)))
            return false;
        Steps.Add((requestId, step));
        return true;
    }

    public void Kernel(KernelLaunch launch) => Kernels.Add(launch);

    public void Counters(KernelCounters counters) => CounterLaunches.Add(counters);

    public void Sample(MetricSample sample) => Samples.Add(sample);
}
