using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// cuBLAS, cuDNN, TensorRT: <c>sm{cc}_xmma_gemm_{in}{out}_{operand}{acc}_{scale}_{layout}_n_tilesize{M}x{N}x{K}_stage{S}_warpsize{a}x{b}x{c}[_tensor{m}x{n}x{k}]...</c>.
/// </summary>
/// <remarks>
/// The first pair is input and output: bf16 products with an fp32 result are called <c>bf16f32_bf16f32_f32</c>, and no library function multiplies bf16 by fp32.
/// </remarks>
internal sealed class XmmaGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        string[]? words = name.WordsOf(last => last.Contains("_xmma_", StringComparison.Ordinal));
        int at = words is null ? -1 : Array.IndexOf(words, "xmma");
        if (words is null || at < 1)
            return null;
        if (words[^1].StartsWith("tilesize", StringComparison.Ordinal))
            words = words[..^1];
        bool isConvolution = words.Any(word => word is "fprop" or "dgrad" or "wgrad" or "deconv");
        KernelDescription description = name.Describe(FamilyOf(words, isConvolution), isConvolution ? KernelOperator.Convolution : KernelOperator.Gemm) with
        {
            Architecture = words.FirstOrDefault(word => KernelWords.NumberAfter(word, "sm") is not null),
        };
        description = Formats(description, words);
        description = words.Aggregate(description, Word);
        return description with { Layout = isConvolution && description.Tile is null ? null : LayoutOf(words, isConvolution), Truncated = description.Truncated || description.Tile is null };
    }

    private static string FamilyOf(string[] words, bool isConvolution) =>
        words[0] is "trt" || words[^1] is "trt" || words.Any(word => word.EndsWith("trt", StringComparison.Ordinal)) ? "tensorrt"
        : words[^1] is "cudnn" || (isConvolution && words[^1] is not "cublas") ? "cudnn_xmma"
        : "cublas_xmma";

    private static KernelDescription Formats(KernelDescription description, string[] words)
    {
        int at = Array.FindIndex(words, word => FormatRun.Read(word) is { Count: 2 });
        if (at < 0)
            return description;
        IReadOnlyList<NumericFormat> ends = FormatRun.Read(words[at])!;
        IReadOnlyList<NumericFormat>? math = at + 1 < words.Length ? FormatRun.Read(words[at + 1]) : null;
        if (math is not { Count: 2 })
            return description;
        return description with { OperandFormat = math[0], AccumulatorFormat = math[1], OutputFormat = ends[1] };
    }

    private static KernelDescription Word(KernelDescription description, string word)
    {
        if (KernelWords.ExtentAfter(word, "tilesize") is { } tile)
            return description with { Tile = tile };
        if ((KernelWords.NumberAfter(word, "stages") ?? KernelWords.NumberAfter(word, "stage")) is { } stages)
            return description with { Stages = stages };
        if (KernelWords.ExtentAfter(word, "tensor") is { } instruction)
            return description with { Instruction = instruction };
        if (KernelWords.ExtentAfter(word, "warpsize") is { } warps)
            return description with { SliceK = warps.K };
        if ((KernelWords.ExtentAfter(word, "cgasize") ?? KernelWords.ExtentAfter(word, "cga")) is { } cluster)
            return description with { Cluster = cluster };
        if (word is "off" or "on" && description.Tile is not null)
            return description with { SplitK = new KernelSplit(word is "on") };
        return KernelWords.Split(word) is { } split ? description with { SplitK = split } : description;
    }

    private static string? LayoutOf(string[] words, bool isConvolution)
    {
        if (!isConvolution)
            return Array.Find(words, word => KernelWords.IsLayout(word, 2, 2, "tnc"));
        string[] layouts = [.. words.Where(word => word.Length >= 4 && word.All("nhwckrsdt".Contains))];
        return layouts.Length > 0 ? string.Join('_', layouts) : null;
    }
}
