using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>CUTLASS 3's generated names: <c>cutlass3x_sm90_tensorop_s64x128x16gemm_{A}_{B}_{acc}_{C}_{D}_{tile}_{cluster}_{stages}_{layout}_align8_...</c>.</summary>
internal sealed class Cutlass3Grammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(last => last.StartsWith("cutlass3x_", StringComparison.Ordinal)) is not { Length: > 3 } words)
            return null;
        if (!words.Any(IsLayout) && !name.EndsInsideName)
            words = words[..^1];
        int at = Array.FindIndex(words, word => word == "gemm" || MmaWord.Read(word) is not null);
        KernelDescription description = name.Describe("cutlass3", KernelOperator.Gemm) with
        {
            Architecture = words[1].StartsWith("sm", StringComparison.Ordinal) ? words[1] : null,
        };
        if (at < 0)
            return description;
        MmaWord? product = MmaWord.Read(words[at]);
        int sizes = Array.FindIndex(words, at, word => KernelWords.Sizes(word) is { Length: 3 });
        return Sizes(Formats(description with { Instruction = product?.Instruction, AccumulatorFormat = product?.Accumulator }, words, at), words, sizes);
    }

    private static bool IsLayout(string word) => KernelWords.IsLayout(word, 3, 4, "nt");

    private static KernelDescription Formats(KernelDescription description, string[] words, int at)
    {
        if (at + 5 >= words.Length)
            return description;
        NumericFormat? a = KernelFormats.OfWord(words[at + 1]);
        return description with
        {
            OperandFormat = a == KernelFormats.OfWord(words[at + 2]) ? a : null,
            AccumulatorFormat = KernelFormats.OfWord(words[at + 3]) ?? description.AccumulatorFormat,
            OutputFormat = KernelFormats.OfWord(words[at + 5]),
        };
    }

    private static KernelDescription Sizes(KernelDescription description, string[] words, int at)
    {
        if (at < 0)
            return description with { Truncated = true };
        description = description with { Tile = KernelWords.Extent(KernelWords.Sizes(words[at])!) };
        if (at + 1 < words.Length && KernelWords.Sizes(words[at + 1]) is { } cluster)
            description = description with { Cluster = KernelWords.Extent(cluster) };
        // 0 stages means as many as fit.
        if (at + 2 < words.Length && KernelWords.NumberAfter(words[at + 2], "") is > 0 and int stages)
            description = description with { Stages = stages };
        string? layout = words.Skip(at + 2).FirstOrDefault(IsLayout);
        KernelSplit? split = words.Select(KernelWords.Split).FirstOrDefault(found => found is not null)
            ?? (words.Contains("stream") ? new KernelSplit(true) : null);
        return description with { Layout = layout, SplitK = split, Truncated = description.Truncated || layout is null };
    }
}
