namespace PlanForensics.Gpu.Programs;

/// <summary>The words of a flattened program: <see cref="Words"/> integers an instruction, the first of which is its kind.</summary>
/// <remarks>
/// <para><c>Enter slot</c>: the accumulator goes to a slot (-1: nowhere) and starts at +0.0. <c>Leave stored finished parent slot held</c>: rounded to <c>stored</c> (-1: not), it enters the
/// accumulator of the slot in format <c>parent</c> (-1: it is the result), by an addition where <c>held</c> is 1.</para>
/// <para><c>Segment kind format start stride count block bits rounding zero product held</c>: terms by a step; <c>product</c> is 1 where a product is rounded to binary32 whatever the accumulator;
/// <c>held</c> is 0 where the first term starts the accumulator. <c>Bias format</c>, <c>Round format</c>: the epilogue.</para>
/// </remarks>
internal static class TableCode
{
    public const int Words = 12;

    public const int Enter = 0;
    public const int Segment = 1;
    public const int Leave = 2;
    public const int Bias = 3;
    public const int Round = 4;
}
