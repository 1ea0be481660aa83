using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>
/// The exact arithmetic of a norm over rows of <see cref="Width"/> values.
/// </summary>
/// <remarks>
/// RMSNorm: <c>s = Squares(x, x); v = mean(s); r = inverse_root(fl(v + eps))</c>; <c>y = fl(x * r)</c>, rounded to the output format first if the cast comes before the weight,
/// then <c>fl(y * w)</c>, rounded to the output format. LayerNorm: <c>m = mean(Sum(x))</c>; two_pass: <c>d = fl(x - m), v = mean(Squares(d, d))</c>; moments:
/// <c>v = fl(mean(Squares(x, x)) - fl(m * m))</c>; welford: for i = 1..n, <c>d = fl(x - m), m = fl(m + fl(d / i)), q = fl(q + fl(d * fl(x - m)))</c> from m = q = +0, <c>v = mean(q)</c>;
/// <c>y = fl(fl(x - m) * r)</c>, then <c>fl(fl(y * w) + b)</c>. Everything outside the sums is binary32. A sum in fp64 is divided by the width in fp64 and then rounded to fp32; a sum of a row that ends in fp32 (<c>round fp32</c>) is divided there.
/// <c>mean(s)</c> is <c>fl(s / n)</c> or <c>fl(s * fl(1 / n))</c>.
/// </remarks>
public sealed class NormProgram : OperatorProgram
{
    internal NormProgram(NormPlan plan, int width)
        : this(plan, width, Squared(plan, width), Summed(plan, width))
    {
    }

    private NormProgram(NormPlan plan, int width, ReductionProgram squares, ReductionProgram sum)
        : base(Print(plan, width, squares, sum))
    {
        (Width, Squares, Sum) = (width, squares, sum);
        (Formula, Mean, InverseRoot, Cast, Output) = (plan.Formula, plan.Mean, plan.InverseRoot, plan.Cast, plan.Output);
    }

    /// <summary>Values in a row.</summary>
    public int Width { get; }

    /// <summary>The sum of squares of a row: a product program of the row with itself.</summary>
    public ReductionProgram Squares { get; }

    /// <summary>The sum of a row (LayerNorm).</summary>
    public ReductionProgram Sum { get; }

    /// <summary>Variance formula.</summary>
    public NormFormula Formula { get; }

    /// <summary>How a sum becomes a mean.</summary>
    public Division Mean { get; }

    /// <summary>How 1/sqrt is computed.</summary>
    public InverseRoot InverseRoot { get; }

    /// <summary>Where the result is rounded.</summary>
    public NormCast Cast { get; }

    /// <summary>Output format.</summary>
    public NumericFormat Output { get; }

    private static ReductionProgram Squared(NormPlan plan, int width) => Row(plan, width, plan.Step, plan.Threads, null);

    private static ReductionProgram Summed(NormPlan plan, int width) => Row(plan, width, ReductionStep.Add, plan.RowSum ?? plan.Threads, plan.RowSumStored);

    private static ReductionProgram Row(NormPlan plan, int width, ReductionStep step, LaneTree lanes, NumericFormat? stored) => new(
        width, ChainMerge.Lanes([new IndexRange(0, width)], step, lanes, plan.Accumulator, startsAtZero: false), NumericFormat.Fp32, NumericFormat.Fp32,
        stored is { } format ? [new EpilogueStep(EpilogueKind.Round, format)] : []);

    private static string Print(NormPlan plan, int width, ReductionProgram squares, ReductionProgram sum)
    {
        NormCast cast = plan.Output == NumericFormat.Fp32 ? NormCast.AfterWeight : plan.Cast;
        return $"norm width={width} formula={PlanNames.Of(plan.Formula)} mean={PlanNames.Of(plan.Mean)} inverse_root={PlanNames.Of(plan.InverseRoot)} "
            + $"cast={PlanNames.Of(cast)} out={NumericFormats.NameOf(plan.Output)} squares: {squares.Text} sum: {sum.Text}";
    }
}
