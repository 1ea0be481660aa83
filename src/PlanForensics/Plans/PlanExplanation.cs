using System.Collections.Immutable;
using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>What a plan does to numbers at a shape, in plain words.</summary>
public sealed class PlanExplanation
{
    private PlanExplanation(OperatorPlan plan, OperatorProgram program, ImmutableArray<string> lines) => (Plan, Program, Lines) = (plan, program, lines);

    /// <summary>The plan.</summary>
    public OperatorPlan Plan { get; }

    /// <summary>The lowered program; plans with this program's fingerprint are one class.</summary>
    public OperatorProgram Program { get; }

    /// <summary>The explanation, one sentence or indented item a line.</summary>
    public ImmutableArray<string> Lines { get; }

    /// <summary>Explains a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="shape">The shape it is lowered for.</param>
    /// <returns>The explanation. Pure: the same lines for the same arguments.</returns>
    /// <exception cref="PlanNotSupportedException">The plan is not lowered at this shape.</exception>
    public static PlanExplanation Of(OperatorPlan plan, OperatorShape shape)
    {
        ArgumentNullException.ThrowIfNull(plan);
        OperatorProgram program = plan.Lower(shape);
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.Add($"plan: {plan.Text}");
        if (plan is GemmPlan gemm)
            lines.Add($"precision path: {gemm.PrecisionPath}");
        switch (program)
        {
            case GemmProgram product:
                Explain(lines, product);
                break;
            case NormProgram norm:
                lines.Add($"a norm over rows of {norm.Width}; everything outside its sums is rounded to fp32, the result to {PlanWords.Format(norm.Output)}");
                PlanWords.Explain(lines, "sum of squares", norm.Squares);
                break;
            case AttentionProgram attention:
                Explain(lines, attention);
                break;
            case FlashAttentionProgram flash:
                lines.Add(flash.Walk == FlashWalk.Tiles
                    ? FormattableString.Invariant($"one query walks {flash.KeyCount} keys in tiles of {flash.Tile}; sums of {flash.Fold} exponentials in fp32 are added in fp64")
                    : FormattableString.Invariant($"one query walks {flash.KeyCount} keys one by one in {PlanWords.Count(Math.Max(1, flash.Chunks.Length), "chunk")}; weighted values are accumulated in {PlanWords.Format(flash.Accumulator)}"));
                PlanWords.Explain(lines, "scores over the head dimension", flash.Scores);
                break;
            case QuantizedGemmProgram quantized:
                lines.Add(FormattableString.Invariant($"weights in {BlockFormats.NameOf(quantized.Weights)}, activations quantised to q8_0 row by row; {quantized.Group} products make one exact integer sum"));
                lines.Add(quantized.Factors == ScaleFactors.Scales
                    ? "a group enters by the product of the two scales, rounded to fp32, and its integer sum"
                    : "a group enters by its integer sum times the weights' scale, rounded to fp32, and the activations' scale");
                PlanWords.Explain(lines, "groups", quantized.Groups);
                break;
            case SoftmaxProgram softmax:
                lines.Add($"a softmax over rows of {softmax.Width}; everything outside its sum is rounded to fp32, the result to {PlanWords.Format(softmax.Output)}");
                PlanWords.Explain(lines, "sum of exponentials", softmax.Sum);
                break;
            case SumProgram sum:
                PlanWords.Explain(lines, "the sum of a row", sum.Sum);
                break;
            case LayerNormProgram norm:
                lines.Add($"mean and variance of {norm.Width} values together ({PlanNames.Of(norm.Statistics)}, {norm.Lanes} lanes), products {(norm.FusedStatistics ? "by fma" : "rounded first")}");
                lines.Add($"values are normalised {PlanNames.Of(norm.Scaling)}, then weight and bias, products {(norm.FusedApply ? "by fma" : "rounded first")}");
                break;
            case ScaledDotProductProgram attention:
                lines.Add($"blocks of {attention.QueryBlock} queries and {attention.KeyBlock} keys, softmax online; products in the orders of oneMKL");
                lines.Add($"exponentials in vectors of {attention.Lanes} lanes by ATen's exp_u20, the last keys correctly rounded; output times the reciprocal of the sum");
                break;
            default:
                lines.Add("no reduction: every output element is computed on its own, so the plan's fields are the whole arithmetic");
                break;
        }

        lines.Add($"program: {program.Text}");
        lines.Add($"class: every plan with this program gives these bits on every input; fingerprint {program.Fingerprint.Hex}");
        return new PlanExplanation(plan, program, lines.ToImmutable());
    }

    private static void Explain(ImmutableArray<string>.Builder lines, GemmProgram product)
    {
        if (product.Uniform is { } uniform)
        {
            PlanWords.Explain(lines, "each output element", uniform);
            return;
        }

        lines.Add($"the output has {product.Regions.Length} regions with programs of their own");
        foreach (ProgramRegion region in product.Regions)
            PlanWords.Explain(
                lines, FormattableString.Invariant($"rows {region.RowStart}..{region.RowStart + region.RowCount - 1}, columns {region.ColumnStart}..{region.ColumnStart + region.ColumnCount - 1}"), region.Program);
    }

    private static void Explain(ImmutableArray<string>.Builder lines, AttentionProgram attention)
    {
        int blocks = attention.Parts.Sum(part => part.Length);
        lines.Add(FormattableString.Invariant($"one query sees {attention.KeyCount} keys in {PlanWords.Count(attention.Parts.Length, "part")} and {PlanWords.Count(blocks, "block")}"));
        if (blocks > 1)
            lines.Add($"running sums are rescaled by {(attention.FusedRescale ? "one fma (one rounding)" : "a multiplication and an addition (two roundings)")} at each block or part");
        lines.Add($"probabilities are rounded to {PlanWords.Format(attention.Probabilities)}, and {(attention.NormalizesProbabilities ? "divided by their sum before" : "the output is divided by their sum after")} they weight the values");
        PlanWords.Explain(lines, "scores over the head dimension", attention.Scores);
        PlanWords.Explain(lines, "weighted values of the first block", attention.Parts[0][0].Values);
        PlanWords.Explain(lines, "sum of exponentials of the first block", attention.Parts[0][0].Sum);
    }
}
