namespace PlanForensics.Plans;

/// <summary>Where the accumulator operand enters a matrix-unit instruction.</summary>
public enum TensorCoreAccumulator
{
    /// <summary>Aligned and truncated with the products of the first block, as <see cref="StepKind.Dot"/> does (<c>in_block</c>).</summary>
    InBlock,

    /// <summary>Added to the finished sum of all blocks by one ordinary addition, to nearest even in the output's format (<c>late</c>).</summary>
    Late,

    /// <summary>The blocks start at +0.0 and the operand is not read (<c>unread</c>): so Hopper's fp8 instruction was recorded.</summary>
    Unread,
}
