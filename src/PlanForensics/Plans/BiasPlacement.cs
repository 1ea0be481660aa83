namespace PlanForensics.Plans;

/// <summary>When a bias is added.</summary>
public enum BiasPlacement
{
    /// <summary>To the accumulator in binary32, before the output is rounded: a fused epilogue (<c>fused</c>).</summary>
    Fused,

    /// <summary>To the rounded output, by an operator of its own that rounds again (<c>separate</c>).</summary>
    Separate,
}
