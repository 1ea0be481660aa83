namespace PlanForensics.Rules.CublasLt;

/// <summary>What cuBLASLt's heuristic answered for a product: the nine attributes of its algorithm. Null is <em>unset</em>.</summary>
/// <remarks>Which of them decide bits depends on the family; TILE_ID, CTA_SWIZZLING, INNER_SHAPE_ID and CLUSTER_SHAPE_ID never do.</remarks>
public sealed record CublasLtConfig
{
    /// <summary>Number of attributes in the vector form.</summary>
    public const int Length = 9;

    /// <summary>Attribute 0, ALGO_ID: the kernel family.</summary>
    public int? AlgoId { get; init; }

    /// <summary>Attribute 1, TILE_ID: no effect on bits.</summary>
    public int? TileId { get; init; }

    /// <summary>Attribute 2, SPLITK_NUM as it stands; <see cref="Splits"/> is what counts.</summary>
    public int? SplitKNumber { get; init; }

    /// <summary>Attribute 3, REDUCTION_SCHEME: how split-K partials merge.</summary>
    public int? ReductionScheme { get; init; }

    /// <summary>Attribute 4, CTA_SWIZZLING: no effect on bits.</summary>
    public int? CtaSwizzling { get; init; }

    /// <summary>Attribute 5, CUSTOM_OPTION: the cut of K in the CUDA-core families.</summary>
    public int? CustomOption { get; init; }

    /// <summary>Attribute 6, STAGES_ID: the depth of a tile in the matrix-unit families.</summary>
    public int? StagesId { get; init; }

    /// <summary>Attribute 7, INNER_SHAPE_ID: no effect on bits.</summary>
    public int? InnerShapeId { get; init; }

    /// <summary>Attribute 8, CLUSTER_SHAPE_ID: no effect on bits.</summary>
    public int? ClusterShapeId { get; init; }

    /// <summary>Split-K slices, at least 1: unset or below 1 counts as 1.</summary>
    public int Splits => Math.Max(SplitKNumber ?? 1, 1);

    /// <summary>Reads the vector form.</summary>
    /// <param name="values">Nine attributes in the order of their numbers.</param>
    /// <returns>The config.</returns>
    /// <exception cref="ArgumentException">The vector has another length.</exception>
    public static CublasLtConfig FromVector(params ReadOnlySpan<int?> values) => values.Length == Length
        ? new CublasLtConfig
        {
            AlgoId = values[0], TileId = values[1], SplitKNumber = values[2], ReductionScheme = values[3], CtaSwizzling = values[4],
            CustomOption = values[5], StagesId = values[6], InnerShapeId = values[7], ClusterShapeId = values[8],
        }
        : throw new ArgumentException($"a config has {Length} attributes; got {values.Length}", nameof(values));
}
