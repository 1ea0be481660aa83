using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Simulation.Dispatch;

/// <summary>What the dispatchers chose for a step.</summary>
/// <param name="Kernels">The variants in one line, for example <c>nvjet_splitk4+rms_norm_1024+flash_attention_2_split3</c>.</param>
/// <param name="Plan">The plan of every operator.</param>
/// <param name="Config">The library's answer for the product with most columns.</param>
/// <param name="Collective">The all-reduce between ranks (<c>one_shot</c>, <c>two_shot</c>, <c>nccl</c>), or null with one rank.</param>
/// <param name="FallbackCount">Operators of the step that could not have the kernel their shape asks for, for want of workspace.</param>
public sealed record DispatchChoice(string Kernels, ExecutionPlan Plan, CublasLtConfig Config, string? Collective, int FallbackCount);
