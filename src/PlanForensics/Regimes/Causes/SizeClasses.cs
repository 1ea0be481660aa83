using System.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Regimes.Causes;

/// <summary>Steps of a size: equal phase, and tokens between the same two powers of two.</summary>
internal static class SizeClasses
{
    /// <summary>The class of an iteration; -1 where its tokens are not recorded.</summary>
    public static int Of(EngineStep step) => step.Tokens is not { } tokens ? -1 : (BitOperations.Log2((uint)Math.Max(1, tokens)) * 2) + (step.Phase == ExecutionPhase.Prefill ? 1 : 0);

    /// <summary>The rows that kernels are chosen by: the padded batch, else the next power of two of the tokens; with the phase. -1 where neither is recorded.</summary>
    public static long ShapeOf(EngineStep step)
    {
        long rows = step.PaddedBatch ?? (step.Tokens is { } tokens ? (long)BitOperations.RoundUpToPowerOf2((uint)tokens) : -1L);
        return rows < 0 ? -1 : (rows * 2) + (step.Phase == ExecutionPhase.Prefill ? 1 : 0);
    }
}
