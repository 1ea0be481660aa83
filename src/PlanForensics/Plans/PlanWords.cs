using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>Puts a reduction program into words.</summary>
internal static class PlanWords
{
    private const int MostItems = 8;
    private const int MostLines = 60;

    public static string Format(NumericFormat format) => NumericFormats.NameOf(format);

    public static string Count(int count, string noun) => FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    public static void Explain(ImmutableArray<string>.Builder lines, string what, ReductionProgram program)
    {
        if (program.Root is not { } root)
        {
            lines.Add($"{what}: no terms, +0.0");
            return;
        }

        var chains = new List<ReductionChain>();
        Collect(root, chains);
        int[] own = [.. chains.Select(chain => chain.Items.OfType<ReductionSegment>().Sum(segment => segment.Count))];
        lines.Add(FormattableString.Invariant($"{what}: {program.Depth} terms in {Count(chains.Count, "accumulator")} with {Count(chains.Count - 1, "merge")} between them"));
        lines.Add(FormattableString.Invariant($"  the longest accumulator takes {own.Max()} terms itself, the shortest {own.Min()}; chains nest {root.Nesting} deep"));
        if (program.OperandA != NumericFormat.Fp32 || program.OperandB != NumericFormat.Fp32)
            lines.Add($"  operands are rounded to {Format(program.OperandA)} and {Format(program.OperandB)} first");
        if (!Describe(lines, root, "  ", lines.Count + MostLines))
            lines.Add("  ... (the program's text has the rest)");
        foreach (EpilogueStep step in program.Epilogue)
            lines.Add(step.Kind switch
            {
                EpilogueKind.Bias => $"  then the bias is added in fp32 and the result rounded to {Format(step.Format)}",
                EpilogueKind.Scale => $"  then the scale is multiplied in fp32 and the result rounded to {Format(step.Format)}",
                _ => $"  then the result is rounded to {Format(step.Format)}",
            });
    }

    /// <summary>Describes a chain up to a number of lines; returns whether all of it was described.</summary>
    private static bool Describe(ImmutableArray<string>.Builder lines, ReductionChain chain, string indent, int limit)
    {
        lines.Add($"{indent}accumulator in {Format(chain.Accumulator)}, {(chain.StartsAtZero ? "starting at +0.0" : "starting with its first item")}; it takes in order:");
        foreach (ReductionItem item in chain.Items.Take(MostItems))
        {
            if (lines.Count >= limit)
                return false;
            if (item is ReductionSegment segment)
                lines.Add(FormattableString.Invariant($"{indent}  {Terms(segment)} by {Step(segment.Step)}"));
            else if (!Describe(lines, (ReductionChain)item, indent + "  ", limit))
                return false;
        }

        if (chain.Items.Length > MostItems)
            lines.Add(FormattableString.Invariant($"{indent}  ... and {chain.Items.Length - MostItems} more items"));
        if (chain.StoredAs is { } stored)
            lines.Add($"{indent}and its value is stored as {Format(stored)}: one more rounding");
        return true;
    }

    private static string Terms(ReductionSegment segment) => segment.Count == 1
        ? FormattableString.Invariant($"term {segment.Start}")
        : FormattableString.Invariant($"{segment.Count} terms {segment.Start}..{segment.End}{(segment.Stride == 1 ? "" : FormattableString.Invariant($" step {segment.Stride}"))}");

    private static string Step(ReductionStep step) => step.Kind switch
    {
        StepKind.Add => "addition, one rounding each",
        StepKind.MulAdd when step.ProductFormat is { } product => $"a product rounded to {Format(product)} and an addition",
        StepKind.MulAdd => "multiplication and addition, two roundings each",
        StepKind.Fma => "fma, one rounding each",
        StepKind.Dot => FormattableString.Invariant($"matrix-unit blocks of {step.BlockLength} products, cut to {step.AlignmentBits} bits at alignment and once a block"),
        StepKind.Bf16Pair => "bf16 pairs, the second of a pair first, subnormals flushed to zero",
        _ => "exact integer multiply-add",
    };

    private static void Collect(ReductionChain chain, List<ReductionChain> chains)
    {
        chains.Add(chain);
        foreach (ReductionItem item in chain.Items)
            if (item is ReductionChain inner)
                Collect(inner, chains);
    }
}
