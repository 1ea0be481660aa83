namespace PlanForensics.Probing;

/// <summary>What happens to a term's product before it is added.</summary>
internal enum TermRounding : byte
{
    /// <summary>Not asked: a plain sum, products that are exact anyway, or a term of a fused block.</summary>
    Unasked,

    /// <summary>The product is rounded to binary32, then added.</summary>
    Rounded,

    /// <summary>The product enters the addition unrounded: fma, or a wider accumulator.</summary>
    Exact,

    /// <summary>The answer was neither.</summary>
    Unclear,
}
