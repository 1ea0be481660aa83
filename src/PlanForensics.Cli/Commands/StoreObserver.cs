using PlanForensics.Contracts;
using PlanForensics.Simulation;
using PlanForensics.Store;

namespace PlanForensics.Cli.Commands;

/// <summary>Hands what a server does to a recorder.</summary>
internal sealed class StoreObserver(Recorder recorder, ModelIdentity model) : IServingObserver
{
    private readonly Dictionary<string, RequestRecording> _open = [];

    public void Began(ServedRequest request) => _open[request.RequestId] = recorder.Begin(request.RequestId, model, request.Request);

    public void Stepped(string requestId, StepState state, StepObservation observation) => _open[requestId].Step(state, observation);

    public void Completed(string requestId, string finishReason) => _open[requestId].Complete(finishReason);
}
