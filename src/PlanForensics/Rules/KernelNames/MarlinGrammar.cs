using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>
/// Marlin: <c>Marlin&lt;type, weight type[, scale type], threads, M blocks, N blocks, K blocks, 8-row blocks, stages, group, zero points&gt;</c>; newer builds give four
/// type ids (A, B, C, scales) as numbers.
/// </summary>
internal sealed class MarlinGrammar : IKernelGrammar
{
    private const int BlockSide = 16;
    private const long SmallestTypeId = 256;

    public KernelDescription? Describe(KernelName name)
    {
        bool isMarlin = name.Function is "Marlin" or "Marlin_24" || name.Root.Name.StartsWith("marlin", StringComparison.OrdinalIgnoreCase);
        if (!isMarlin)
            return name.Function.StartsWith("gptq_marlin", StringComparison.Ordinal) || name.Function.StartsWith("awq_marlin", StringComparison.Ordinal)
                ? name.Describe("marlin", null)
                : null;
        KernelDescription description = name.Describe("marlin", name.Function.StartsWith("Marlin", StringComparison.Ordinal) ? KernelOperator.Gemm : null);
        IReadOnlyList<KernelNode> all = name.Root.Arguments;
        int types = all.TakeWhile(node => KernelFormats.OfType(node) is not null || node.LongNumber > SmallestTypeId * 4).Count();
        if (types == 0)
            return description;
        bool isNamed = KernelFormats.OfType(all[0]) is not null;
        description = description with
        {
            OperandFormat = isNamed ? KernelFormats.OfType(all[0]) : MarlinTypeId.FormatOf(all[0].LongNumber),
            OutputFormat = !isNamed && types == 4 ? MarlinTypeId.FormatOf(all[2].LongNumber) : null,
        };
        // threads, M, N, K blocks, whether M blocks have 8 rows, stages, group, zero points
        return all.Count - types == 8 && all[types + 4].Flag is { } eightRows ? Sizes(description, all, types, eightRows) : description;
    }

    private static KernelDescription Sizes(KernelDescription description, IReadOnlyList<KernelNode> all, int at, bool eightRows)
    {
        int? Blocks(int index) => all[at + index].Number is > 0 and <= 256 and int blocks ? blocks * BlockSide : null;
        return description with
        {
            Tile = new KernelExtent(eightRows ? Blocks(1) / 2 : Blocks(1), Blocks(2), Blocks(3)),
            Stages = all[at + 5].Number,
        };
    }
}
