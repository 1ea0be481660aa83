namespace PlanForensics.Plans;

/// <summary>How one term, or one block of terms, enters an accumulator.</summary>
public enum StepKind
{
    /// <summary><c>acc = fl(acc + x[k])</c>: a plain sum; the second operand is not read (<c>add</c>).</summary>
    Add,

    /// <summary><c>acc = fl(acc + fl(a[k] * b[k]))</c>: two roundings (<c>muladd</c>).</summary>
    MulAdd,

    /// <summary><c>acc = fl(acc + a[k] * b[k])</c>: one rounding (<c>fma</c>).</summary>
    Fma,

    /// <summary>Matrix-unit step: a block of L products and the accumulator are aligned, truncated and summed at once (<c>dot</c>).</summary>
    Dot,

    /// <summary>
    /// <c>vdpbf16ps</c>: the terms of a segment are taken in pairs, the second of a pair first, each by fma, subnormal inputs and results
    /// flushed to zero (<c>bf16pair</c>).
    /// </summary>
    Bf16Pair,

    /// <summary>Exact 32-bit integer multiply-add of 8-bit operands, wrapping like the hardware (<c>dp4a</c>).</summary>
    Dp4a,
}
