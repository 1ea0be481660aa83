using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// cuBLAS since Hopper: <c>nvjet[_sm{cc}]_{types}_{M}x{N}_{bk}x{stages}_{cm}x{cn}[_2cta]_{v|h}_{bz|badd}[_coopA][_splitK][_bias]_{layout}</c>, and on sm120
/// <c>..._mma_{M}x{N}x{K}_{stages}_{warp tile}_tmaAB_...</c>.
/// </summary>
internal sealed class NvjetGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(last => last.StartsWith("nvjet_", StringComparison.Ordinal)) is not { Length: > 0 } words)
            return null;
        string? layout = words.Skip(2).LastOrDefault(word => KernelWords.IsLayout(word, 3, 4, "TN"));
        if (layout is null && !name.EndsInsideName)
            words = words[..^1];
        bool isCut = name.Truncated || layout is null;
        KernelDescription description = name.Describe("nvjet", KernelOperator.Gemm) with
        {
            Architecture = words.FirstOrDefault(word => KernelWords.NumberAfter(word, "sm") is not null),
            Layout = layout,
            Truncated = isCut,
            // A name without splitK is a kernel that does not split; a name that was cut may have lost the word.
            SplitK = words.Select(KernelWords.Split).FirstOrDefault(split => split is not null) ?? (isCut ? null : new KernelSplit(false)),
        };
        string? types = words.Skip(1).Take(2).FirstOrDefault(word => word.Length is 3 or 5 && word.All("tshdqrobi".Contains));
        description = types is null ? description : Formats(description, types);
        return words.Contains("mma") ? MmaSizes(description, words) : Sizes(description, words);
    }

    // Three letters are operands, accumulator, output; five are A, B, C, accumulator, output.
    private static KernelDescription Formats(KernelDescription description, string types)
    {
        bool operandsAgree = types.Length == 3 || types[0] == types[1];
        return description with
        {
            OperandFormat = operandsAgree && types[0] is not 's' ? FormatOf(types[0]) : null,
            AccumulatorFormat = types[^2] is 's' or 'h' ? FormatOf(types[^2]) : null,
            OutputFormat = FormatOf(types[^1]),
        };
    }

    private static NumericFormat? FormatOf(char letter) => letter switch
    {
        't' => NumericFormat.Bf16,
        'h' => NumericFormat.Fp16,
        's' => NumericFormat.Fp32,
        'q' => NumericFormat.Fp8E4M3,
        _ => null,
    };

    private static KernelDescription Sizes(KernelDescription description, string[] words)
    {
        int[][] sizes = [.. words.Select(word => KernelWords.Sizes(word)).OfType<int[]>()];
        if (sizes.Length > 0)
            description = description with { Tile = new KernelExtent(sizes[0][0], sizes[0][1], sizes.Length > 1 ? sizes[1][0] : null) };
        if (sizes.Length > 1)
            description = description with { Stages = sizes[1][1] };
        return sizes.Length > 2 ? description with { Cluster = KernelWords.Extent(sizes[2]) } : description;
    }

    private static KernelDescription MmaSizes(KernelDescription description, string[] words)
    {
        int at = Array.FindIndex(words, word => KernelWords.Sizes(word) is { Length: 3 });
        if (at < 0)
            return description;
        return description with
        {
            Tile = KernelWords.Extent(KernelWords.Sizes(words[at])!),
            Stages = at + 1 < words.Length ? KernelWords.NumberAfter(words[at + 1], "") : null,
        };
    }
}
