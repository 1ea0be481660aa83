using PlanForensics.Contracts;

namespace PlanForensics.Simulation;

/// <summary>A request to serve.</summary>
/// <param name="RequestId">Its id in contracts.</param>
/// <param name="Request">The effective request; its token ids are what the model sees.</param>
public sealed record ServedRequest(string RequestId, EffectiveRequest Request);
