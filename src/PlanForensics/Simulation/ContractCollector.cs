using PlanForensics.Contracts;

namespace PlanForensics.Simulation;

/// <summary>Keeps what a server does as contracts in memory.</summary>
public sealed class ContractCollector : IServingObserver
{
    private readonly ModelIdentity _model;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, (ServedRequest Request, DateTimeOffset RecordedAt, List<ContractStep> Steps, string? FinishReason)> _requests = [];

    /// <summary>Creates a collector.</summary>
    /// <param name="model">The model's identity in the contracts.</param>
    /// <param name="clock">The clock that stamps contracts; null for the system's.</param>
    public ContractCollector(ModelIdentity model, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _clock) = (model, clock ?? TimeProvider.System);
    }

    /// <summary>The contracts so far, in order of admission.</summary>
    public IReadOnlyList<ExecutionContract> Contracts => [.. _requests.Values.Select(entry => new ExecutionContract
    {
        SchemaVersion = ExecutionContract.CurrentSchemaVersion,
        RequestId = entry.Request.RequestId,
        RecordedAt = entry.RecordedAt,
        FinishReason = entry.FinishReason,
        Model = _model,
        Request = entry.Request.Request,
        Steps = entry.Steps.ToValueList(),
    })];

    /// <inheritdoc/>
    public void Began(ServedRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _requests.Add(request.RequestId, (request, _clock.GetUtcNow(), [], null));
    }

    /// <inheritdoc/>
    public void Stepped(string requestId, StepState state, StepObservation observation) =>
        _requests[requestId].Steps.Add(new ContractStep { State = state, Observation = observation });

    /// <inheritdoc/>
    public void Completed(string requestId, string finishReason) => _requests[requestId] = _requests[requestId] with { FinishReason = finishReason };
}
