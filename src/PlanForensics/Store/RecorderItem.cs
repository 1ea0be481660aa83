using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>What the queue carries: a step (as a state and an observation, or as a baseline and a sample), or, without a state, news of its request.</summary>
internal struct RecorderItem
{
    public RequestRecording Recording;
    public StepState? State;
    public StepObservation? Observation;
    public StepSample Sample;

    public readonly bool IsStep => State is not null;

    public readonly ContractStep ToStep() => Observation is { } observed
        ? new ContractStep { State = State!, Observation = observed }
        : new ContractStep { State = Sample.ToState(State!), Observation = Sample.ToObservation() };
}
