namespace PlanForensics.Contracts.Steps;

/// <summary>Receives what an <see cref="IStepSource"/> streams.</summary>
public interface IStepSink
{
    /// <summary>Begins a request; the steps that follow are its own.</summary>
    /// <param name="request">The request.</param>
    void Begin(RequestRow request);

    /// <summary>Takes a step of the request that was begun last.</summary>
    /// <param name="step">The step; valid during the call only.</param>
    void Step(in StepRow step);
}
