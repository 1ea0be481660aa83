namespace PlanForensics.Rules.KernelNames;

/// <summary>CUTLASS 2: <c>cutlass_{cc}_[wmma_]tensorop_[{out}_]s{mma}gemm_[relu_]{in}_{M}x{N}_{bk}x{stages}_{layout}_align{n}</c>, alone or inside <c>cutlass::Kernel2</c>.</summary>
internal sealed class Cutlass2Grammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(last => last.StartsWith("cutlass_", StringComparison.Ordinal)) is not { Length: > 2 } words)
            return null;
        KernelDescription blank = name.Describe("cutlass2", null) with
        {
            Architecture = int.TryParse(words[1].TrimEnd('a', 'f'), out int capability) ? $"sm{capability}" : words[1].StartsWith("sm", StringComparison.Ordinal) ? words[1] : null,
        };
        return FlatGemmReader.Read(blank, words);
    }
}
