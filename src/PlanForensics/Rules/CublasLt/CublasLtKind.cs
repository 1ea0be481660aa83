namespace PlanForensics.Rules.CublasLt;

/// <summary>The operands of a matrix product as cuBLASLt is asked for it; sums are binary32 for all of them.</summary>
public enum CublasLtKind
{
    /// <summary>Two fp16 operands (<c>fp16</c>).</summary>
    Fp16,

    /// <summary>Two bf16 operands (<c>bf16</c>).</summary>
    Bf16,

    /// <summary>Two fp8 E4M3 operands (<c>fp8</c>).</summary>
    Fp8,
}
