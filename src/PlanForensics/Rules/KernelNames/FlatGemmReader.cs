using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// The part that cuBLAS's and CUTLASS 2's names share: an output format, the word of the product, an operand format, the tile,
/// block_k x stages, slices, the layout.
/// </summary>
internal static class FlatGemmReader
{
    /// <summary>Reads the words; null where none of them names a product.</summary>
    public static KernelDescription? Read(KernelDescription blank, IReadOnlyList<string> words)
    {
        bool hasLayout = words.Any(IsLayout);
        if (!hasLayout && !blank.Truncated && words.Count > 0)
            words = [.. words.SkipLast(1)];
        int at = 0;
        while (at < words.Count && MmaWord.Read(words[at]) is null)
            at++;
        if (at == words.Count || MmaWord.Read(words[at]) is not { } product)
            return null;
        NumericFormat? prefix = FirstFormat(words, 0, at);
        NumericFormat? operand = FirstFormat(words, at + 1, words.Count) ?? product.MathFormat;
        // The operand's format stands before the tile: without a tile it may be cut off.
        if (operand is null && words.Skip(at).Any(word => KernelWords.Sizes(word) is not null))
            operand = ImpliedOperand(product, prefix);
        KernelDescription description = blank with
        {
            Operator = product.Operator,
            Instruction = product.Instruction,
            AccumulatorFormat = product.Accumulator,
            OperandFormat = operand,
            OutputFormat = prefix ?? product.Accumulator,
        };
        description = ReadSizes(description, words, at + 1);
        return !hasLayout && description.Operator is KernelOperator.Gemm ? description with { Truncated = true } : description;
    }

    private static KernelDescription ReadSizes(KernelDescription description, IReadOnlyList<string> words, int start)
    {
        bool hasTile = false;
        for (int index = start; index < words.Count; index++)
        {
            string word = words[index];
            if (KernelWords.Sizes(word) is { } sizes)
            {
                if (!hasTile)
                    description = description with { Tile = new KernelExtent(sizes[0], sizes[1], sizes.Length > 2 ? sizes[2] : null) };
                else if (description.Tile is { K: null } tile && sizes.Length == 2)
                    description = description with { Tile = tile with { K = sizes[0] }, Stages = sizes[1] > 0 ? sizes[1] : null };
                hasTile = true;
            }
            else if (KernelWords.ExtentAfter(word, "sliced") is { } slices)
            {
                description = description with { SliceK = slices.M * slices.N };
            }
            else if (KernelWords.Split(word) is { } split)
            {
                description = description with { SplitK = split };
            }
            else if (hasTile && IsLayout(word))
            {
                description = description with { Layout = description.Layout ?? word };
            }
        }

        return description;
    }

    private static bool IsLayout(string word) => KernelWords.IsLayout(word, 2, 3, "ntch") || word is "nhwc" or "nchw";

    private static NumericFormat? FirstFormat(IReadOnlyList<string> words, int start, int end)
    {
        for (int index = start; index < end; index++)
            if (KernelFormats.OfWord(words[index]) is { } format)
                return format;
        return null;
    }

    // Without a format word, h products take fp16, SIMT s products fp32 or the prefix's format, and m16n8k8 takes tf32, the only fp32 form of the matrix unit.
    private static NumericFormat? ImpliedOperand(MmaWord product, NumericFormat? prefix) => product switch
    {
        { Accumulator: NumericFormat.Fp16 } => NumericFormat.Fp16,
        { Accumulator: NumericFormat.Fp32, IsMatrixUnit: false } => prefix ?? NumericFormat.Fp32,
        { Accumulator: NumericFormat.Fp32, Instruction: { M: 16, N: 8, K: 8 or 4 } } when prefix is null => NumericFormat.Tf32,
        _ => null,
    };
}
