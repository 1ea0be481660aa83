namespace PlanForensics.Rules.KernelNames;

/// <summary><c>triton_{poi|per|red|tem}_fused_{operators}_{number}</c>: pointwise, persistent reduction, looped reduction, template.</summary>
internal sealed class TritonInductorGrammar : IKernelGrammar
{
    private static readonly string[] Products = ["mm", "addmm", "bmm", "baddbmm"];
    private static readonly string[] Reductions = ["per", "red", "spl"];

    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(last => last.StartsWith("triton_", StringComparison.Ordinal)) is not { Length: > 1 } words
            || words[1] is not ("poi" or "per" or "red" or "tem" or "for" or "spl" or "mm" or "bmm" or "convolution2d" or "flex"))
            return null;
        return name.Describe("triton_inductor", OperatorOf(words, isCut: !int.TryParse(words[^1], out _)));
    }

    private static KernelOperator? OperatorOf(string[] words, bool isCut)
    {
        string kind = words[1];
        if (kind is "poi")
            return KernelOperator.Pointwise;
        if (kind is "mm" or "bmm" || (kind is "tem" && words.Any(Products.Contains)))
            return KernelOperator.Gemm;
        if (kind is "flex" || (kind is "tem" && words.Contains("attention")))
            return KernelOperator.Attention;
        if (!Reductions.Contains(kind))
            return null;
        if (words.Contains("norm") || (words.Contains("rsqrt") && (words.Contains("mean") || words.Contains("var"))))
            return KernelOperator.Norm;
        return words.Contains("softmax") ? KernelOperator.Softmax : isCut ? null : KernelOperator.Reduce;
    }
}
