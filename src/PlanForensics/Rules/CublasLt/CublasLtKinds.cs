using PlanForensics.Numerics;

namespace PlanForensics.Rules.CublasLt;

/// <summary>Names and operand formats of <see cref="CublasLtKind"/>.</summary>
public static class CublasLtKinds
{
    /// <summary>Reads a name.</summary>
    /// <param name="text"><c>fp16</c>, <c>bf16</c> or <c>fp8</c>.</param>
    /// <param name="kind">The kind, when the method returns true.</param>
    /// <returns>Whether the text is a name.</returns>
    public static bool TryParse(string? text, out CublasLtKind kind)
    {
        kind = text switch { "bf16" => CublasLtKind.Bf16, "fp8" => CublasLtKind.Fp8, _ => CublasLtKind.Fp16 };
        return text is "fp16" or "bf16" or "fp8";
    }

    /// <summary>The name.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns><c>fp16</c>, <c>bf16</c> or <c>fp8</c>.</returns>
    public static string NameOf(CublasLtKind kind) => kind switch { CublasLtKind.Bf16 => "bf16", CublasLtKind.Fp8 => "fp8", _ => "fp16" };

    /// <summary>The format of both operands.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>fp16, bf16 or fp8 E4M3.</returns>
    public static NumericFormat OperandOf(CublasLtKind kind) => kind switch
    {
        CublasLtKind.Bf16 => NumericFormat.Bf16,
        CublasLtKind.Fp8 => NumericFormat.Fp8E4M3,
        _ => NumericFormat.Fp16,
    };
}
