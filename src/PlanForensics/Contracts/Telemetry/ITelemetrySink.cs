namespace PlanForensics.Contracts.Telemetry;

/// <summary>Takes what a reader of another tool's records found, in order. Used by one thread.</summary>
public interface ITelemetrySink
{
    /// <summary>Begins a request; its steps may come along or later.</summary>
    /// <param name="request">The request, with the steps known so far.</param>
    /// <returns>False when the request has been begun before; nothing is taken then.</returns>
    bool Begin(ExecutionContract request);

    /// <summary>Adds a step to a request that was begun.</summary>
    /// <param name="requestId">Name of the request.</param>
    /// <param name="step">The step.</param>
    /// <returns>False when the request has a step of that index and rank; nothing is taken then.</returns>
    /// <exception cref="InvalidOperationException">The request was not begun.</exception>
    bool Step(string requestId, ContractStep step);

    /// <summary>Adds a kernel launch.</summary>
    /// <param name="launch">The launch.</param>
    void Kernel(KernelLaunch launch);

    /// <summary>Adds one kernel's hardware counters.</summary>
    /// <param name="counters">The counters.</param>
    void Counters(KernelCounters counters);

    /// <summary>Adds a sample of a metric.</summary>
    /// <param name="sample">The sample.</param>
    void Sample(MetricSample sample);
}
