namespace PlanForensics.Simulation.Batching;

/// <summary>A request's part of a step.</summary>
/// <param name="Request">The request.</param>
/// <param name="Tokens">Its tokens that enter the model.</param>
/// <param name="WasWaiting">Whether it was admitted to this step from a queue.</param>
internal readonly record struct ScheduledPart(SimulatedRequest Request, int Tokens, bool WasWaiting);
