using PlanForensics.Contracts;

namespace PlanForensics.Store;

/// <summary>Unknown fields of a captured tensor and of its reference.</summary>
internal sealed record CapturedExtra(UnknownFields? Captured, UnknownFields? Tensor);
