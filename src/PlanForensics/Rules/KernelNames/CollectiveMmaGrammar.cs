using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>CUTLASS templates without a generated name: <c>CollectiveMma&lt;MainloopSm90...&lt;stages, cluster, schedule&gt;, tile, A, ...&gt;</c>, or any CUTLASS kernel wrapper.</summary>
internal sealed class CollectiveMmaGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        KernelNode? collective = name.Root.Find(last => last is "CollectiveMma");
        if (collective is null)
            return Wrapper(name);
        KernelNode? mainloop = collective.At(0);
        NumericFormat? a = KernelFormats.OfType(collective.At(2));
        NumericFormat? b = KernelFormats.OfType(collective.At(4));
        return Atom(collective, name.Describe("cutlass3", KernelOperator.Gemm) with
        {
            Stages = mainloop?.At(0)?.Number,
            Cluster = mainloop?.Arguments.Select(node => node.Extent).FirstOrDefault(extent => extent is not null),
            Tile = collective.At(1)?.Extent,
            OperandFormat = a == b ? a : null,
            Architecture = ArchitectureOf(mainloop?.Last),
            OutputFormat = KernelFormats.OfType(name.Root.Find(last => last is "CollectiveEpilogue")?.At(4)),
            SplitK = name.Root.Find(last => last is "StreamKScheduler") is null ? null : new KernelSplit(true),
        });
    }

    private static KernelDescription? Wrapper(KernelName name)
    {
        if (!name.Root.Name.Contains("cutlass", StringComparison.Ordinal))
            return null;
        if (name.Function is "device_kernel" && name.Root.Find(last => last.StartsWith("Gemm", StringComparison.Ordinal)) is not null)
            return name.Describe("cutlass3", KernelOperator.Gemm);
        bool isKernel = name.Function is "Kernel" or "Kernel2" or "device_kernel";
        if (!isKernel)
            return null;
        return name.Function is not "device_kernel" && name.Root.Find(last => last is "MmaPipelined" or "MmaMultistage" or "MmaSingleStage") is { } mainloop
            ? Threadblock(name, mainloop)
            : name.Describe(name.Function is "device_kernel" ? "cutlass3" : "cutlass2", null);
    }

    // CUTLASS 2 spelled out: Kernel<Gemm<MmaPipelined<tile, ...arch::Mma<instruction, threads, A, layout, B, layout, accumulator...>>>.
    private static KernelDescription Threadblock(KernelName name, KernelNode mainloop)
    {
        KernelNode? mma = mainloop.Find(last => last is "Mma");
        (NumericFormat? a, NumericFormat? b) = (KernelFormats.OfType(mma?.At(2)), KernelFormats.OfType(mma?.At(4)));
        string? wrapped = name.Root.At(0)?.Last;
        return name.Describe("cutlass2", wrapped?.StartsWith("Gemm", StringComparison.Ordinal) == true ? KernelOperator.Gemm : null) with
        {
            Tile = mainloop.At(0)?.Extent,
            Instruction = mma?.At(0)?.Extent is { } extent && extent != new KernelExtent(1, 1, 1) ? extent : null,
            OperandFormat = a == b ? a : null,
            AccumulatorFormat = KernelFormats.OfType(mma?.At(6)),
            SplitK = wrapped is "GemmSplitKParallel" ? new KernelSplit(true) : null,
        };
    }

    // SM90_64x128x16_F32BF16BF16_SS: instruction, accumulator, operands.
    private static KernelDescription Atom(KernelNode collective, KernelDescription description)
    {
        string[]? words = collective.Find(last => last.StartsWith("SM", StringComparison.Ordinal) && last.Contains('x'))?.Last.Split('_');
        if (words is null)
            return description;
        int at = Array.FindIndex(words, word => KernelWords.Sizes(word) is { Length: 3 });
        if (at < 0 || at + 1 >= words.Length)
            return description;
        IReadOnlyList<NumericFormat> formats = FormatRun.Read(words[at + 1].ToLowerInvariant()) ?? [];
        return description with
        {
            Instruction = KernelWords.Extent(KernelWords.Sizes(words[at])!),
            AccumulatorFormat = formats.Count > 0 ? formats[0] : null,
            OperandFormat = description.OperandFormat ?? (formats.Count == 3 && formats[1] == formats[2] ? formats[1] : null),
        };
    }

    private static string? ArchitectureOf(string? mainloop)
    {
        int at = mainloop?.IndexOf("Sm", StringComparison.Ordinal) ?? -1;
        if (at < 0)
            return null;
        string digits = string.Concat(mainloop![(at + 2)..].TakeWhile(char.IsAsciiDigit));
        return digits.Length > 0 ? $"sm{digits}" : null;
    }
}
