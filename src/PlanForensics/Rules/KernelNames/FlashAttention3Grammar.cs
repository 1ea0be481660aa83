using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// FlashAttention 3: <c>FlashAttnFwdSm90&lt;CollectiveMainloopFwdSm90&lt;stages, cluster, tile (M, N, head dimension), head dimension of V, type, accumulator, arch, 12 flags&gt;, ...&gt;</c>
/// and <c>FlashAttnFwdCombine&lt;tile (M, K), log of splits, threads, ..., type, partial type, arch&gt;</c>.
/// </summary>
internal sealed class FlashAttention3Grammar : IKernelGrammar
{
    private const int Flags = 12;
    private const int SplitFlag = 10;

    public KernelDescription? Describe(KernelName name)
    {
        if (name.Root.Find(last => last.StartsWith("FlashAttnFwdCombine", StringComparison.Ordinal)) is { } combine)
            return Combine(name, combine);
        bool isBackward = name.Root.Find(last => last.StartsWith("FlashAttnBwd", StringComparison.Ordinal)) is not null;
        if (!isBackward && name.Root.Find(last => last.StartsWith("FlashAttnFwd", StringComparison.Ordinal)) is null)
            return null;
        KernelDescription description = name.Describe("flash_attention_3", isBackward ? KernelOperator.AttentionBackward : KernelOperator.Attention) with
        {
            Architecture = ArchitectureOf(name),
        };
        KernelNode? mainloop = name.Root.Find(last => last.StartsWith("CollectiveMainloopFwdSm90", StringComparison.Ordinal));
        if (mainloop is null || isBackward)
            return description;
        KernelNode? epilogue = name.Root.Find(last => last.StartsWith("CollectiveEpilogueFwd", StringComparison.Ordinal));
        bool?[] flags = [.. mainloop.Arguments.Skip(7).Select(node => node.Flag)];
        return description with
        {
            Stages = mainloop.At(0)?.Number,
            Cluster = mainloop.At(1)?.Extent,
            Tile = mainloop.At(2)?.Extent,
            OperandFormat = KernelFormats.OfType(mainloop.At(4)),
            AccumulatorFormat = KernelFormats.OfType(mainloop.At(5)),
            OutputFormat = KernelFormats.OfType(epilogue?.At(2)),
            SplitK = flags.Length == Flags && flags[SplitFlag] is { } isSplit ? new KernelSplit(isSplit) : null,
        };
    }

    private static KernelDescription Combine(KernelName name, KernelNode combine)
    {
        NumericFormat?[] formats = [.. combine.Arguments.Select(KernelFormats.OfType).Where(format => format is not null)];
        int?[] tile = [.. (combine.At(0)?.Arguments ?? []).Select(node => node.Number)];
        return name.Describe("flash_attention_3", KernelOperator.AttentionCombine) with
        {
            SplitK = new KernelSplit(true),
            Tile = tile.Length == 2 ? new KernelExtent(tile[0], null, tile[1]) : null,
            OutputFormat = formats.Length == 2 ? formats[0] : null,
            WorkspaceFormat = formats.Length == 2 ? formats[1] : null,
            Architecture = ArchitectureOf(name),
        };
    }

    private static string? ArchitectureOf(KernelName name) =>
        name.Root.Find(last => last.StartsWith("Sm", StringComparison.Ordinal) && KernelWords.NumberAfter(last, "Sm") is not null)?.Last.ToLowerInvariant();
}
