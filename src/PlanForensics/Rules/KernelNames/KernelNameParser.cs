namespace PlanForensics.Rules.KernelNames;

/// <summary>Reads GPU kernel names into partial plans.</summary>
public static class KernelNameParser
{
    private const int LongestName = 65536;

    // The first grammar that takes a name wins: specific before general.
    private static readonly IKernelGrammar[] Grammars =
    [
        new NvjetGrammar(),
        new XmmaGrammar(),
        new CublasArchGrammar(),
        new Cutlass3Grammar(),
        new Cutlass2Grammar(),
        new SplitKReduceGrammar(),
        new GemvGrammar(),
        new SmallGemmGrammar(),
        new DotGrammar(),
        new FlashAttention3Grammar(),
        new FlashAttention2Grammar(),
        new CollectiveMmaGrammar(),
        new PagedAttentionGrammar(),
        new FlashInferGrammar(),
        new FusedAttentionGrammar(),
        new NcclGrammar(),
        new TritonInductorGrammar(),
        new LlamaCppGrammar(),
        new MarlinGrammar(),
        new NormGrammar(),
        new AllReduceGrammar(),
        new TensileGrammar(),
        new TritonBlockGrammar(),
        new PyTorchGrammar(),
        new NamedKernelGrammar(),
    ];

    /// <summary>Reads one name: demangled, Itanium-mangled or cut short.</summary>
    /// <param name="name">The name as a profiler shows it; any text is allowed.</param>
    /// <returns>What the name spells out; family <c>unknown</c> where no grammar takes it.</returns>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public static KernelDescription Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > LongestName)
            return new KernelDescription { Name = name };
        KernelName read = new(name);
        foreach (IKernelGrammar grammar in Grammars)
            if (grammar.Describe(read) is { } description)
                return description;
        return new KernelDescription { Name = name, Truncated = read.Truncated };
    }
}
