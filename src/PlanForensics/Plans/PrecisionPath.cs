using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The formats a value passes through in a matrix product; a view of a <see cref="GemmPlan"/>, not a plan of its own.</summary>
/// <param name="Operand">Format both operands are rounded to.</param>
/// <param name="Product">Format each product is rounded to; null when products are not rounded on their own (fma, matrix units, bf16 pairs).</param>
/// <param name="Accumulator">Format of the accumulator.</param>
/// <param name="Staging">Format in which partial sums are stored between slices or ranks; null when there are none.</param>
/// <param name="Output">Output format.</param>
public sealed record PrecisionPath(NumericFormat Operand, NumericFormat? Product, NumericFormat Accumulator, NumericFormat? Staging, NumericFormat Output)
{
    /// <summary>The path of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>Its formats. With slices and ranks, staging is the slices' format.</returns>
    public static PrecisionPath Of(GemmPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        NumericFormat? product = plan.Step.Kind == StepKind.MulAdd ? plan.Step.ProductFormat ?? plan.Accumulator : null;
        NumericFormat? staging = plan.SplitK > 1 || plan.StreamK > 0 ? plan.Staging : plan.AllReduce?.Wire;
        return new PrecisionPath(plan.Operand, product, plan.Accumulator, staging, plan.Output);
    }

    /// <summary>The five formats in words.</summary>
    /// <returns>For example <c>operand bf16, product exact, accumulator fp32, staging none, output bf16</c>.</returns>
    public override string ToString() =>
        $"operand {NumericFormats.NameOf(Operand)}, product {(Product is { } product ? NumericFormats.NameOf(product) : "exact")}, accumulator {NumericFormats.NameOf(Accumulator)}, "
        + $"staging {(Staging is { } staging ? NumericFormats.NameOf(staging) : "none")}, output {NumericFormats.NameOf(Output)}";
}
