using System.Text.Json.Nodes;
using PlanForensics.Rules.CublasLt;

namespace PlanForensics.Cli.Json;

/// <summary>A cuBLASLt plan in the form of the case files.</summary>
internal sealed record CublasPlanDocument
{
    public required int AlgoId { get; init; }

    public int? BlockK { get; init; }

    public JsonArray? Gemv { get; init; }

    public int? KChunk { get; init; }

    public int? KPerDot { get; init; }

    public int? LeadingGroupK { get; init; }

    public int? MergeScheme { get; init; }

    public required string Mode { get; init; }

    public IReadOnlyList<int>? Simt { get; init; }

    public static CublasPlanDocument Of(CublasLtPlan plan)
    {
        CublasPlanDocument document = new() { AlgoId = plan.AlgoId, Mode = plan.Mode };
        return plan switch
        {
            KPerDotPlan one => document with { KPerDot = one.KPerDot, LeadingGroupK = one.LeadingGroupK },
            SplitPlan split => document with { KChunk = split.KChunk },
            SplitBlocksPlan blocks => document with { KChunk = blocks.KChunk, BlockK = blocks.BlockK },
            SplitKGroupsPlan groups => document with
            {
                KChunk = groups.KChunk, BlockK = groups.BlockK, KPerDot = groups.KPerDot, MergeScheme = (int)groups.Merge,
            },
            GemmSnPlan chunks => document with { Simt = [chunks.Recipe.Chunks, chunks.Recipe.SubBlockK] },
            GemvLanesPlan lanes => document with { Gemv = [Lanes(lanes.Recipe), lanes.Splits] },
            GemvSlicesPlan slices => document with { Gemv = [slices.Recipe.Lanes, slices.Recipe.ChunkK] },
            GemvBlocksPlan dots => document with { Gemv = [dots.Blocks, dots.Vector] },
            _ => document,
        };
    }

    /// <summary>The fields that the mode has, beside its name, in words.</summary>
    public string ToText() => string.Join(' ', new[]
    {
        Field("k_chunk", KChunk), Field("block_k", BlockK), Field("k_per_dot", KPerDot), Field("leading_group_k", LeadingGroupK),
        Field("merge_scheme", MergeScheme), Field("simt", Simt is null ? null : string.Join(',', Simt)), Field("gemv", Gemv?.ToJsonString()),
    }.OfType<string>());

    private static string? Field(string name, object? value) => value is null ? null : FormattableString.Invariant($"{name}={value}");

    private static JsonArray Lanes(GemvLaneRecipe recipe) => [recipe.Vector, recipe.Lanes, recipe.ChunkTiles, recipe.CountsDown];
}
