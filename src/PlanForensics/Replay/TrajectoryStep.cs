using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Replay;

/// <summary>One step of a recorded request as a replay runs it.</summary>
/// <param name="Recorded">The recorded step.</param>
/// <param name="Phase">Its phase, by which plans are looked up.</param>
/// <param name="Extent">Its rows and positions.</param>
public sealed record TrajectoryStep(ContractStep Recorded, ExecutionPhase Phase, StepExtent Extent);
