using PlanForensics.Contracts;

namespace PlanForensics.Simulation;

/// <summary>Is told what a server does, as a recorder would be.</summary>
public interface IServingObserver
{
    /// <summary>A request was admitted.</summary>
    /// <param name="request">The request.</param>
    void Began(ServedRequest request);

    /// <summary>A request took part in a step.</summary>
    /// <param name="requestId">The request's id.</param>
    /// <param name="state">The step's state.</param>
    /// <param name="observation">What came out for this request.</param>
    void Stepped(string requestId, StepState state, StepObservation observation);

    /// <summary>A request is finished.</summary>
    /// <param name="requestId">The request's id.</param>
    /// <param name="finishReason"><c>stop</c> or <c>length</c>.</param>
    void Completed(string requestId, string finishReason);
}
