using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>AMD's Tensile: <c>Cijk_{A indices}_{B indices}_{types}_..._MT{M}x{N}x{K}_MI{m}x{n}x{k}..._GSU{splits}_..._ISA{gfx}</c>.</summary>
internal sealed class TensileGrammar : IKernelGrammar
{
    public KernelDescription? Describe(KernelName name)
    {
        if (name.WordsOf(last => last.StartsWith("Cijk_", StringComparison.Ordinal)) is not { Length: > 3 } words)
            return null;
        KernelExtent? macro = words.Select(word => KernelWords.ExtentAfter(word, "MT")).FirstOrDefault(size => size is not null);
        int? splits = words.Select(word => KernelWords.NumberAfter(word, "GSU")).FirstOrDefault(count => count is not null);
        int? architecture = words.Select(word => KernelWords.NumberAfter(word, "ISA")).FirstOrDefault(number => number is not null);
        KernelExtent? instruction = words.Select(word => KernelWords.ExtentAfter(word, "MI")).FirstOrDefault(size => size is not null);
        return Formats(words[3], name.Describe("tensile", KernelOperator.Gemm) with
        {
            Tile = macro,
            // The third number of MI counts blocks of the instruction, not its depth.
            Instruction = instruction is { } mma ? mma with { K = null } : null,
            SplitK = splits is > 0 and int count ? KernelSplit.Of(count) : null,
            Architecture = architecture is null ? null : $"gfx{architecture}",
            Layout = LayoutOf(words[1], words[2]),
        });
    }

    // BBS: input, output, compute.
    private static KernelDescription Formats(string types, KernelDescription description) => types.Length == 3
        ? description with { OperandFormat = FormatOf(types[0]), OutputFormat = FormatOf(types[1]), AccumulatorFormat = FormatOf(types[2]) }
        : description;

    private static NumericFormat? FormatOf(char letter) => letter switch
    {
        'B' => NumericFormat.Bf16,
        'H' => NumericFormat.Fp16,
        'S' => NumericFormat.Fp32,
        _ => null,
    };

    // l is the summed index: Alik is A transposed, Bljk is B as it stands.
    private static string? LayoutOf(string a, string b) => (a, b) switch
    {
        ("Alik", "Bljk") => "TN",
        ("Ailk", "Bljk") => "NN",
        ("Ailk", "Bjlk") => "NT",
        ("Alik", "Bjlk") => "TT",
        _ => null,
    };
}
