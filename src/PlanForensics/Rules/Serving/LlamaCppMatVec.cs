namespace PlanForensics.Rules.Serving;

/// <summary>llama.cpp on CUDA, quantised weights: up to 8 columns a matrix-vector kernel whose warps share K, beyond that a matrix kernel.</summary>
/// <remarks>
/// Warps by columns: generic 1 to 4: 4, 5 to 8: 2; GCN and CDNA 1 to 4: 2, 5 to 8: 1; RDNA2 and later 1. Rows of a block: 1 for one column, else 2. Widths with equal warps give equal bits for a
/// row. Source: llama.cpp ggml-cuda/mmvq.cu; issues 27407 and 25618.
/// </remarks>
public static class LlamaCppMatVec
{
    /// <summary>Most columns of the matrix-vector kernel.</summary>
    public const int MostColumns = 8;

    /// <summary>The kernel for a product.</summary>
    /// <param name="columns">Columns of the activations: tokens of the batch.</param>
    /// <param name="architecture">The family of GPUs.</param>
    /// <returns>The choice; the kernels' orders over quantised blocks are not lowered, so no plan is given.</returns>
    public static KernelChoice Choose(int columns, LlamaCppArchitecture architecture)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (columns > MostColumns)
            return new KernelChoice("mmq", $"{columns} > {MostColumns} columns");
        int warps = architecture switch
        {
            LlamaCppArchitecture.Generic => columns <= 4 ? 4 : 2,
            LlamaCppArchitecture.Gcn => columns <= 4 ? 2 : 1,
            LlamaCppArchitecture.Rdna2 => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "not a defined family"),
        };
        return new KernelChoice($"mmvq_{warps}_warps", $"{columns} columns");
    }
}
