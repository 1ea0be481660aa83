namespace PlanForensics.Rules.Serving;

/// <summary>vLLM's batch-invariant Triton product on Ada, 12288 x 2048: the rows of the launch decide the warps, so it is not invariant.</summary>
/// <remarks>The rows are those of the launch, requests that have already ended included. Source: vLLM issues 51187, 51287, 55752.</remarks>
public static class TritonMatMulWarps
{
    /// <summary>The kernel for a launch.</summary>
    /// <param name="rows">Rows of the launch, 1 to 16.</param>
    /// <returns>The choice, or null above 16 rows: the table beyond is not known.</returns>
    public static KernelChoice? Find(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return rows <= 8 ? new KernelChoice("8_warps", $"{rows} <= 8 rows") : rows <= 16 ? new KernelChoice("4_warps", $"8 < {rows} <= 16 rows") : null;
    }
}
