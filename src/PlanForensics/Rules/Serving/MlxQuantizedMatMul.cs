namespace PlanForensics.Rules.Serving;

/// <summary>MLX's quantised product: lanes and a SIMD sum below the vector limit, split-K up to about 64 rows, a sequential tile beyond.</summary>
/// <remarks>The vector limit is the engine's own (10 to 32 by GPU and shape): it is a parameter here. Source: MLX PR 3473 and its discussion; on an M1 Ultra a change of bits was seen exactly at the limit of 12.</remarks>
public static class MlxQuantizedMatMul
{
    /// <summary>Rows from which a transposed product is no longer split.</summary>
    public const int SplitRows = 65;

    /// <summary>The kernel for a product.</summary>
    /// <param name="rows">Rows of the activations.</param>
    /// <param name="vectorLimit">The engine's limit for this GPU and shape.</param>
    /// <param name="transposed">Whether the weights are transposed.</param>
    /// <returns>The choice; the split limit is reported as about 65, so rows 60 to 70 name both kernels.</returns>
    public static KernelChoice Choose(int rows, int vectorLimit, bool transposed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(vectorLimit, 1);
        if (rows < vectorLimit)
            return new KernelChoice("qmv", $"{rows} < {vectorLimit} rows");
        if (!transposed)
            return new KernelChoice("qmm", $"{rows} >= {vectorLimit} rows, not transposed");
        return rows is >= 60 and <= 70
            ? new KernelChoice("qmm_splitk|qmm", $"{rows} rows: the limit is reported as about {SplitRows}")
            : rows < SplitRows ? new KernelChoice("qmm_splitk", $"{rows} < {SplitRows} rows") : new KernelChoice("qmm", $"{rows} >= {SplitRows} rows");
    }
}
