using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The exact arithmetic of a softmax over rows of <see cref="Width"/> values.</summary>
/// <remarks>
/// In binary32: <c>w_i = fl(x_i * scale)</c>, where a mask is given <c>w_i = fl(w_i + mask_i)</c>; <c>m = max w</c> (a NaN poisons it), <c>e_i = exp(fl(w_i - m))</c>, <c>l = Sum(e)</c> in the sum's accumulator.
/// <c>y_i = fl(e_i / l)</c>, or by the reciprocal <c>fl(e_i * fl(1 / l))</c>, where a sum in fp64 is inverted in fp64 and rounded to fp32 once (to divide it is rounded to fp32 first). Rounded to the output format.
/// Bitwise: identical on every machine.
/// </remarks>
public sealed class SoftmaxProgram : OperatorProgram
{
    internal SoftmaxProgram(SoftmaxPlan plan, int width)
        : this(plan, width, SumProgram.Row(width, plan.Sum, plan.Accumulator, startsAtZero: false))
    {
    }

    private SoftmaxProgram(SoftmaxPlan plan, int width, ReductionProgram sum)
        : base(Print(plan, width, sum))
    {
        (Width, Sum, Math, Block, Divide, Output) = (width, sum, plan.Math, plan.Block, plan.Divide, plan.Output);
        VectorisedColumns = plan.Block.VectorisedColumns(0, 1, width);
    }

    /// <summary>Values in a row.</summary>
    public int Width { get; }

    /// <summary>The sum of a row's exponentials.</summary>
    public ReductionProgram Sum { get; }

    /// <summary>exp implementation of the first <see cref="VectorisedColumns"/> columns.</summary>
    public MathPath Math { get; }

    /// <summary>The scalar loop's part.</summary>
    public MathBlock Block { get; }

    /// <summary>Columns that <see cref="Math"/> computes; the others are computed by the block's tail.</summary>
    public int VectorisedColumns { get; }

    /// <summary>How the sum divides.</summary>
    public Division Divide { get; }

    /// <summary>Output format.</summary>
    public NumericFormat Output { get; }

    private static string Print(SoftmaxPlan plan, int width, ReductionProgram sum)
    {
        int columns = plan.Block.VectorisedColumns(0, 1, width);
        string math = columns == width || plan.Math == plan.Block.Tail ? PlanNames.Of(plan.Math)
            : columns == 0 ? PlanNames.Of(plan.Block.Tail)
            : FormattableString.Invariant($"{PlanNames.Of(plan.Math)}:{columns},{PlanNames.Of(plan.Block.Tail)}");
        return FormattableString.Invariant($"softmax width={width} math={math} divide={PlanNames.Of(plan.Divide)} out={NumericFormats.NameOf(plan.Output)} sum: {sum.Text}");
    }
}
