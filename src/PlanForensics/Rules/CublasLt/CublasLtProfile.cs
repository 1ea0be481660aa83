using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PlanForensics.Rules.CublasLt;

/// <summary>What was measured for one architecture and one cuBLASLt version: the tables that turn a config into a plan. What a table does not hold is declined.</summary>
public sealed class CublasLtProfile
{
    internal CublasLtProfile()
    {
    }

    /// <summary>The architecture in words, for example <c>sm_90 (NVIDIA H100)</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Compute capability times ten (90, 100, 103), read from <see cref="Name"/>; null where the name does not begin with <c>sm_</c> and a number.</summary>
    public required int? ComputeCapability { get; init; }

    /// <summary>The library version measured, for example <c>13.1.1</c>.</summary>
    public required string MeasuredVersion { get; init; }

    /// <summary>Multiprocessors of the GPU measured; null where the profile does not say.</summary>
    public int? SmCount { get; init; }

    /// <summary>ALGO_ID to family.</summary>
    public required FrozenDictionary<int, CublasLtFamily> Families { get; init; }

    /// <summary>Family and STAGES_ID to the depth of a tile and of an instruction.</summary>
    public required FrozenDictionary<(CublasLtFamily Family, int StagesId), StagesRecipe> Stages { get; init; }

    /// <summary>Family and STAGES_ID of kernels that close an accumulator after every tile.</summary>
    public required FrozenSet<(CublasLtFamily Family, int StagesId)> BlockLevelKeys { get; init; }

    /// <summary>CUTLASS split-K grains: the largest where it divides K, else the smallest.</summary>
    public required ImmutableArray<int> SplitKGrains { get; init; }

    /// <summary>REDUCTION_SCHEME to merge.</summary>
    public required FrozenDictionary<int, SplitKMerge> Merges { get; init; }

    /// <summary>ALGO_ID and CUSTOM_OPTION to the cut of <c>gemmSN</c> and <c>magma_sgemmEx</c>.</summary>
    public required FrozenDictionary<(int AlgoId, int CustomOption), GemmSnRecipe> GemmSnRecipes { get; init; }

    /// <summary>ALGO_ID and CUSTOM_OPTION to the lanes of a gemv.</summary>
    public required FrozenDictionary<(int AlgoId, int CustomOption), GemvLaneRecipe> GemvLanes { get; init; }

    /// <summary>ALGO_ID and CUSTOM_OPTION to the contiguous slices of a gemv.</summary>
    public required FrozenDictionary<(int AlgoId, int CustomOption), GemvSliceRecipe> GemvSlices { get; init; }

    /// <summary>ALGO_ID and CUSTOM_OPTION to the longest gemv, in output elements, that its row of <see cref="GemvLanes"/> was measured for.</summary>
    public required FrozenDictionary<(int AlgoId, int CustomOption), int> LongestGemv { get; init; }

    /// <summary>Reads a profile.</summary>
    /// <param name="json">JSON, UTF-8, in the form that docs/cublaslt.md describes.</param>
    /// <param name="source">Named in errors.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="CublasLtFormatException">The text is no JSON, a field is missing or has a value that no kernel can have.</exception>
    public static CublasLtProfile Parse(ReadOnlyMemory<byte> json, string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return CublasLtProfileReader.Read(json, source);
    }
}
