using PlanForensics.Diffing;

namespace PlanForensics.Attribution;

/// <summary>One replayed step against the recorded one.</summary>
internal sealed record StepOutcome(EvidenceKind Kind, bool IsEqual, bool? IsTokenEqual, TensorDiff? Logits, string Signature);
