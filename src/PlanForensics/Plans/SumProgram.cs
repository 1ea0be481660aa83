using PlanForensics.Numerics;

namespace PlanForensics.Plans;

/// <summary>The sum of each row of <see cref="Width"/> values: one reduction program, whose second operand is not read.</summary>
public sealed class SumProgram : OperatorProgram
{
    internal SumProgram(int width, ReductionProgram sum)
        : base("sum " + sum.Text) => (Width, Sum) = (width, sum);

    /// <summary>Values in a row.</summary>
    public int Width { get; }

    /// <summary>The sum.</summary>
    public ReductionProgram Sum { get; }

    internal static ReductionProgram Row(int width, LaneTree lanes, NumericFormat accumulator, bool startsAtZero, params ReadOnlySpan<EpilogueStep> epilogue) => new(
        width, ChainMerge.Lanes([new IndexRange(0, width)], ReductionStep.Add, lanes, accumulator, startsAtZero), NumericFormat.Fp32, NumericFormat.Fp32, [.. epilogue]);
}
