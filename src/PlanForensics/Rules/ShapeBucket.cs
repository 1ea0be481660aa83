using PlanForensics.Plans;

namespace PlanForensics.Rules;

/// <summary>One bucket of a shape-bucketed dispatcher.</summary>
/// <param name="MaximumRows">Largest number of rows (M: tokens of the whole batch in the step) that falls into the bucket; null for the last bucket.</param>
/// <param name="Plan">The plan that runs for it.</param>
public sealed record ShapeBucket(int? MaximumRows, ExecutionPlan Plan);
