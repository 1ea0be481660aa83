namespace PlanForensics.Rules.Serving;

/// <summary>Marlin's merge of K slices: atomic additions, whose order is not repeatable, or an fp32 reduction in global memory.</summary>
/// <remarks>Source: vLLM marlin_utils.py, should_use_atomic_add_reduce.</remarks>
public static class MarlinReduction
{
    /// <summary>The kernel for a product.</summary>
    /// <param name="n">Outputs.</param>
    /// <param name="k">Depth.</param>
    /// <param name="atomicAddAllowed">Whether VLLM_MARLIN_USE_ATOMIC_ADD is 1.</param>
    /// <param name="computeCapability">Major compute capability.</param>
    /// <param name="isBf16">Whether activations are bf16.</param>
    /// <returns>The choice.</returns>
    public static KernelChoice Choose(int n, int k, bool atomicAddAllowed, int computeCapability, bool isBf16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        string? against = n >= 2048 ? $"n = {n} >= 2048" : k < 2048 ? $"k = {k} < 2048" : !atomicAddAllowed ? "VLLM_MARLIN_USE_ATOMIC_ADD is not set"
            : computeCapability < 9 && isBf16 ? $"bf16 on compute capability {computeCapability}" : null;
        return against is null ? new KernelChoice("atomic_add", $"n = {n} < 2048 and k = {k} >= 2048") : new KernelChoice("global_reduce", against);
    }
}
