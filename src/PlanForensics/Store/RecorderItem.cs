using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>What the queue carries: a step (as a state and an observation, or as a baseline and a sample, with logits or without), or, without a state, news of its request.</summary>
internal struct RecorderItem
{
    public RequestRecording Recording;
    public StepState? State;
    public StepObservation? Observation;
    public StepSample Sample;
    public StepLogits Logits;

    public readonly bool IsStep => State is not null;

    public readonly ContractStep ToStep() => new() { State = ToState(), Observation = ToObservation() };

    public readonly StepState ToState() => Observation is null ? Sample.ToState(State!) : State!;

    public readonly StepObservation ToObservation() =>
        Observation ?? (Logits.Values.IsEmpty ? Sample.ToObservation() : Logits.ToObservation(Sample.ChosenToken));
}
