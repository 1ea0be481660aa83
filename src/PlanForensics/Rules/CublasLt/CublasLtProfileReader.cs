using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace PlanForensics.Rules.CublasLt;

/// <summary>Reads a profile's tables; every number is checked against what a kernel can have.</summary>
internal static class CublasLtProfileReader
{
    private const int LargestDepth = 65536;

    private const int MostLanes = 4096;

    public static CublasLtProfile Read(ReadOnlyMemory<byte> json, string source)
    {
        JsonPart file = JsonPart.Parse(json, source);
        string name = file.Member("name").Text();
        var lanes = Table(file.Member("gemv_recipe"), Custom, Lanes);
        return new CublasLtProfile
        {
            Name = name,
            ComputeCapability = CapabilityOf(name),
            MeasuredVersion = file.Member("measured_cublaslt").Text(),
            SmCount = file.Element.TryGetProperty("sm_count", out _) ? file.Member("sm_count").Integer(1, 4096) : null,
            Families = Table(file.Member("algo_family"), key => key.Integer(), Family),
            Stages = Table(file.Member("stages_recipe"), StagesKey, Stages),
            BlockLevelKeys = file.Member("block_level_keys").Items().Select(StagesKey).ToFrozenSet(),
            SplitKGrains = Grains(file.Member("splitk_grains")),
            Merges = Table(file.Member("reduction_to_cmode"), key => key.Integer(), Merge),
            GemmSnRecipes = Table(file.Member("gemmsn_recipe"), Custom, Chunks),
            GemvLanes = lanes,
            GemvSlices = Table(file.Member("gemv_cslice_recipe"), Custom, Slices),
            LongestGemv = LongestGemv(file, lanes),
        };
    }

    private static int? CapabilityOf(string name)
    {
        if (!name.StartsWith("sm_", StringComparison.Ordinal))
            return null;
        string digits = new([.. name.Skip(3).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int capability) ? capability : null;
    }

    private static FrozenDictionary<TKey, TValue> Table<TKey, TValue>(JsonPart table, Func<JsonPart, TKey> readKey, Func<JsonPart, TValue> readValue)
        where TKey : notnull
    {
        Dictionary<TKey, TValue> rows = [];
        foreach (JsonPart row in table.Items())
        {
            JsonPart[] pair = row.Items(2);
            TKey key = readKey(pair[0]);
            if (!rows.TryAdd(key, readValue(pair[1])))
                throw new CublasLtFormatException(pair[0].Source, pair[0].Field, $"the key {pair[0].Element.GetRawText()} appears twice");
        }

        return rows.ToFrozenDictionary();
    }

    private static CublasLtFamily Family(JsonPart value) => value.Text() switch
    {
        "nvjet" => CublasLtFamily.Nvjet,
        "cutlass" => CublasLtFamily.Cutlass,
        "gemmsn" => CublasLtFamily.GemmSn,
        "gemv" => CublasLtFamily.Gemv,
        _ => throw value.Bad("nvjet, cutlass, gemmsn or gemv"),
    };

    private static (CublasLtFamily Family, int StagesId) StagesKey(JsonPart key)
    {
        JsonPart[] pair = key.Items(2);
        return (Family(pair[0]), pair[1].Integer());
    }

    private static StagesRecipe Stages(JsonPart value)
    {
        JsonPart[] pair = value.Items(2);
        return new StagesRecipe(pair[0].Integer(1, LargestDepth), pair[1].IsNull ? null : pair[1].Integer(1, LargestDepth));
    }

    private static ImmutableArray<int> Grains(JsonPart value)
    {
        JsonPart[] items = value.Items();
        return items.Length > 0 ? [.. items.Select(item => item.Integer(1, LargestDepth))] : throw value.Bad("at least one grain");
    }

    private static SplitKMerge Merge(JsonPart value) => value.Integer() switch
    {
        0 => SplitKMerge.Fp32Workspace,
        2 => SplitKMerge.OutputWorkspace,
        3 => SplitKMerge.Serial,
        _ => throw value.Bad("the merge 0 (fp32 workspace), 2 (output workspace) or 3 (serial)"),
    };

    private static (int AlgoId, int CustomOption) Custom(JsonPart key)
    {
        JsonPart[] pair = key.Items(2);
        return (pair[0].Integer(), pair[1].Integer());
    }

    private static GemmSnRecipe Chunks(JsonPart value)
    {
        JsonPart[] pair = value.Items(2);
        return new GemmSnRecipe(pair[0].Integer(1, 1024), pair[1].Integer(0, LargestDepth));
    }

    private static GemvLaneRecipe Lanes(JsonPart value)
    {
        JsonPart[] fields = value.Items(4);
        GemvLaneRecipe recipe = new(fields[0].Integer(-LargestDepth, LargestDepth), fields[1].Integer(1, MostLanes), fields[2].Integer(0, 1 << 24), fields[3].Flag());
        return !recipe.CountsDown || int.IsPow2(recipe.Lanes) ? recipe : throw fields[1].Bad("a power of two, since the lanes merge as a butterfly");
    }

    private static GemvSliceRecipe Slices(JsonPart value)
    {
        JsonPart[] pair = value.Items(2);
        return new GemvSliceRecipe(pair[0].Integer(1, 1024), pair[1].Integer(1, LargestDepth));
    }

    /// <summary>"occupancy" is the longest gemv whose threads the GPU holds at once.</summary>
    private static FrozenDictionary<(int AlgoId, int CustomOption), int> LongestGemv(
        JsonPart file, FrozenDictionary<(int AlgoId, int CustomOption), GemvLaneRecipe> lanes)
    {
        Dictionary<(int AlgoId, int CustomOption), int> limits = [];
        foreach (JsonPart row in file.Member("gemv_max_elems").Items())
        {
            JsonPart[] pair = row.Items(2);
            (int AlgoId, int CustomOption) key = Custom(pair[0]);
            if (!lanes.TryGetValue(key, out GemvLaneRecipe recipe))
                throw pair[0].Bad("a key of gemv_recipe");
            bool isOccupancy = pair[1].Element.ValueKind == System.Text.Json.JsonValueKind.String && pair[1].Text() == "occupancy";
            limits[key] = isOccupancy
                ? file.Member("sm_count").Integer(1, 4096) * file.Member("threads_per_sm").Integer(1, 65536) / recipe.Lanes
                : pair[1].Integer(1, int.MaxValue);
        }

        return limits.ToFrozenDictionary();
    }
}
