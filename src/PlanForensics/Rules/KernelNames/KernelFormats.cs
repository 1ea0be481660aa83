using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>The spellings of number formats in kernel names. Formats that plans do not know (fp64, complex, 4 bit) are null.</summary>
internal static class KernelFormats
{
    /// <summary>A C++ type, by its unqualified name.</summary>
    public static NumericFormat? OfType(KernelNode? node) => node is null || node.Arguments.Count > 0 ? null : OfTypeName(node.Last);

    /// <summary>A word of an underscore-separated name: <c>bf16</c>, <c>fp16</c>, <c>f16</c>, <c>s8</c>.</summary>
    public static NumericFormat? OfWord(string word) => word switch
    {
        "fp32" or "f32" => NumericFormat.Fp32,
        "tf32" => NumericFormat.Tf32,
        "bf16" => NumericFormat.Bf16,
        "fp16" or "f16" => NumericFormat.Fp16,
        "e4m3" or "fp8e4m3" => NumericFormat.Fp8E4M3,
        "e5m2" or "fp8e5m2" => NumericFormat.Fp8E5M2,
        "int8" or "s8" or "i8" => NumericFormat.Int8,
        "int32" or "s32" or "i32" => NumericFormat.Int32,
        _ => null,
    };

    private static NumericFormat? OfTypeName(string name)
    {
        foreach (string qualifier in (ReadOnlySpan<string>)[" const", "const "])
            name = name.Replace(qualifier, "", StringComparison.Ordinal);
        return name.Trim(' ', '*', '&') switch
        {
            "float" => NumericFormat.Fp32,
            "half" or "__half" or "half_t" or "Half" or "_Float16" or "float16_t" or "nv_half" => NumericFormat.Fp16,
            "__nv_bfloat16" or "nv_bfloat16" or "bfloat16_t" or "BFloat16" or "__hip_bfloat16" or "bfloat16" or "__bf16" => NumericFormat.Bf16,
            "tfloat32_t" => NumericFormat.Tf32,
            "float_e4m3_t" or "__nv_fp8_e4m3" or "Float8_e4m3fn" or "float_ue4m3_t" => NumericFormat.Fp8E4M3,
            "float_e5m2_t" or "__nv_fp8_e5m2" or "Float8_e5m2" => NumericFormat.Fp8E5M2,
            "int8_t" or "signed char" or "char" => NumericFormat.Int8,
            "int" or "int32_t" => NumericFormat.Int32,
            string word => OfWord(word),
        };
    }
}
