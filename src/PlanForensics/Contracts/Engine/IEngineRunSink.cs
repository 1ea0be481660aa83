namespace PlanForensics.Contracts.Engine;

/// <summary>Takes an engine's run: iterations in order, and requests once their part is known. Used by one thread.</summary>
public interface IEngineRunSink
{
    /// <summary>Takes one iteration of one rank.</summary>
    /// <param name="iteration">The iteration.</param>
    void Iteration(in EngineIteration iteration);

    /// <summary>Takes a request.</summary>
    /// <param name="request">The request, without steps.</param>
    /// <param name="spans">Its steps, in order.</param>
    void Request(ExecutionContract request, IReadOnlyList<StepSpan> spans);
}
