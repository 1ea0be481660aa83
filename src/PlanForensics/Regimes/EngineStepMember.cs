using PlanForensics.Plans;

namespace PlanForensics.Regimes;

/// <summary>One request's part of an engine step.</summary>
/// <param name="RequestId">Name of the request.</param>
/// <param name="StepIndex">Ordinal of this model run for the request: <c>StepState.StepIndex</c>.</param>
/// <param name="Phase">What the step did for it.</param>
/// <param name="QueryLength">Its tokens that entered the model.</param>
/// <param name="KeyLength">Its context length.</param>
/// <param name="AdmissionTimeMs">Its time in admission control; null when not recorded.</param>
/// <param name="QueueTimeMs">Its time in the queue; null when not recorded.</param>
/// <param name="RecordedRegime">The regime that the recording stack named for it; null without one.</param>
public readonly record struct EngineStepMember(
    string RequestId, int StepIndex, ExecutionPhase Phase, int QueryLength, int KeyLength, double? AdmissionTimeMs, double? QueueTimeMs, string? RecordedRegime);
