using System.Globalization;

namespace PlanForensics.Rules.CublasLt;

/// <summary>
/// From what cuBLASLt's heuristic answered to the order in which its kernel adds. A pure function of its arguments: no library is asked, and what the profile
/// does not hold is declined, never guessed.
/// </summary>
/// <remarks>Source: measurements of real kernels, one profile for each architecture and library version; docs/cublaslt.md.</remarks>
public static class CublasLtPlanner
{
    /// <summary>The plan of a product.</summary>
    /// <param name="profile">What was measured.</param>
    /// <param name="case">The product and the heuristic's answer.</param>
    /// <returns>A plan, or the reason why there is none.</returns>
    public static CublasLtDecision Plan(CublasLtProfile profile, CublasLtCase @case)
    {
        ArgumentNullException.ThrowIfNull(@case);
        return Plan(profile, @case.M, @case.N, @case.K, @case.Kind, @case.Config);
    }

    /// <summary>The plan of a product.</summary>
    /// <param name="profile">What was measured.</param>
    /// <param name="m">M, rows of the output, at least 1.</param>
    /// <param name="n">N, columns of the output, at least 1.</param>
    /// <param name="k">K, terms of each sum, at least 1.</param>
    /// <param name="kind">The operands.</param>
    /// <param name="config">The heuristic's config; null when it gave none.</param>
    /// <returns>A plan, or the reason why there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">M, N or K is below 1.</exception>
    public static CublasLtDecision Plan(CublasLtProfile profile, int m, int n, int k, CublasLtKind kind, CublasLtConfig? config)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentOutOfRangeException.ThrowIfLessThan(m, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (config is null)
            return CublasLtDecision.Decline("no-heuristic");
        if (config.AlgoId is not { } algoId || !profile.Families.TryGetValue(algoId, out CublasLtFamily family))
            return CublasLtDecision.Decline($"unsupported ALGO_ID {Name(config.AlgoId)}");
        return family switch
        {
            CublasLtFamily.Nvjet or CublasLtFamily.Cutlass => MatrixUnit(profile, family, algoId, k, kind, config),
            CublasLtFamily.GemmSn => GemmSn(profile, algoId, kind, config),
            _ => Gemv(profile, algoId, m, n, kind, config),
        };
    }

    private static CublasLtDecision MatrixUnit(CublasLtProfile profile, CublasLtFamily family, int algoId, int k, CublasLtKind kind, CublasLtConfig config)
    {
        if (config.StagesId is not { } stagesId || !profile.Stages.TryGetValue((family, stagesId), out StagesRecipe stages))
            return CublasLtDecision.Decline($"unsupported STAGES_ID {Name(config.StagesId)} for {(family == CublasLtFamily.Nvjet ? "nvjet" : "cutlass")}");
        return family == CublasLtFamily.Nvjet
            ? Nvjet(algoId, stages.BlockK, profile.BlockLevelKeys.Contains((family, stagesId)), k, config)
            : Cutlass(profile, algoId, stages, k, kind, config);
    }

    private static CublasLtDecision Nvjet(int algoId, int blockK, bool closesBlocks, int k, CublasLtConfig config)
    {
        if (config.Splits == 1)
            return CublasLtDecision.Of(closesBlocks ? new SplitBlocksPlan(algoId, k, 1, blockK) : new PlainPlan(algoId));
        long chunk = Chunk(k, config.Splits, blockK);
        if (chunk < blockK || chunk >= k)
            return CublasLtDecision.Decline("chunk out of range");
        return CublasLtDecision.Of(closesBlocks
            ? new SplitBlocksPlan(algoId, (int)chunk, config.Splits, blockK)
            : new SplitPlan(algoId, (int)chunk, config.Splits, blockK));
    }

    private static CublasLtDecision Cutlass(CublasLtProfile profile, int algoId, StagesRecipe stages, int k, CublasLtKind kind, CublasLtConfig config)
    {
        if (kind == CublasLtKind.Fp8)
            return CublasLtDecision.Decline("unsupported fp8 on a CUTLASS kernel");
        if (stages.KPerDot is not { } kPerDot)
            return CublasLtDecision.Decline($"no k_per_dot for STAGES_ID {Name(config.StagesId)}");
        if (config.Splits == 1)
            return CublasLtDecision.Of(new KPerDotPlan(algoId, kPerDot, stages.BlockK, k % stages.BlockK));
        if (config.ReductionScheme is not { } scheme || !profile.Merges.TryGetValue(scheme, out SplitKMerge merge))
            return CublasLtDecision.Decline($"unsupported REDUCTION_SCHEME {Name(config.ReductionScheme)}");
        int coarse = profile.SplitKGrains.Max();
        int grain = k % coarse == 0 ? coarse : profile.SplitKGrains.Min();
        long chunk = Chunk(k, config.Splits, grain);
        return chunk < grain || chunk > k
            ? CublasLtDecision.Decline("chunk out of range")
            : CublasLtDecision.Of(new SplitKGroupsPlan(algoId, (int)chunk, config.Splits, grain, stages.BlockK, kPerDot, merge));
    }

    private static CublasLtDecision GemmSn(CublasLtProfile profile, int algoId, CublasLtKind kind, CublasLtConfig config)
    {
        if (kind == CublasLtKind.Fp8)
            return CublasLtDecision.Decline("unsupported fp8 on a CUDA-core kernel");
        if (config.Splits != 1)
            return CublasLtDecision.Decline(string.Create(CultureInfo.InvariantCulture, $"unsupported SPLITK_NUM {config.Splits} for ALGO_ID {algoId}"));
        return config.CustomOption is { } custom && profile.GemmSnRecipes.TryGetValue((algoId, custom), out GemmSnRecipe recipe)
            ? CublasLtDecision.Of(new GemmSnPlan(algoId, recipe))
            : UnknownOption(algoId, config);
    }

    private static CublasLtDecision Gemv(CublasLtProfile profile, int algoId, int m, int n, CublasLtKind kind, CublasLtConfig config)
    {
        if (kind == CublasLtKind.Fp8)
            return CublasLtDecision.Decline("unsupported fp8 on a CUDA-core kernel");
        if (m != 1 && n != 1)
            return CublasLtDecision.Decline(string.Create(CultureInfo.InvariantCulture, $"unsupported ALGO_ID {algoId} on a non-gemv shape (M {m}, N {n})"));
        if (algoId == 14)
            return CublasLtDecision.Of(new GemvBlocksPlan(algoId, config.Splits, n == 1 ? 2 : 1));
        if (config.CustomOption is not { } custom)
            return UnknownOption(algoId, config);
        if (profile.GemvSlices.TryGetValue((algoId, custom), out GemvSliceRecipe slices))
        {
            return config.Splits == 1 && m == 1
                ? CublasLtDecision.Of(new GemvSlicesPlan(algoId, slices))
                : CublasLtDecision.Decline(string.Create(
                    CultureInfo.InvariantCulture,
                    $"unsupported CUSTOM_OPTION {custom} for ALGO_ID {algoId} at SPLITK_NUM {config.Splits} with M {m} (this kernel handles SPLITK_NUM 1, M == 1 only)"));
        }

        if (!profile.GemvLanes.TryGetValue((algoId, custom), out GemvLaneRecipe lanes))
            return UnknownOption(algoId, config);
        int length = Math.Max(m, n);
        return profile.LongestGemv.TryGetValue((algoId, custom), out int longest) && length > longest
            ? CublasLtDecision.Decline(string.Create(
                CultureInfo.InvariantCulture, $"unsupported CUSTOM_OPTION {custom} for ALGO_ID {algoId} on a {length}-element gemv (measured up to {longest})"))
            : CublasLtDecision.Of(new GemvLanesPlan(algoId, lanes, config.Splits));
    }

    private static CublasLtDecision UnknownOption(int algoId, CublasLtConfig config) =>
        CublasLtDecision.Decline(string.Create(CultureInfo.InvariantCulture, $"unsupported CUSTOM_OPTION {Name(config.CustomOption)} for ALGO_ID {algoId}"));

    /// <summary>Terms of a slice: whole grains, dealt out evenly and rounded up.</summary>
    private static long Chunk(int k, int splits, int grain)
    {
        long grains = ((long)k + grain - 1) / grain;
        return (grains + splits - 1) / splits * grain;
    }

    private static string Name(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "None";
}
