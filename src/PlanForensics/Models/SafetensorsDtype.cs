using PlanForensics.Numerics;

namespace PlanForensics.Models;

/// <summary>The element types that the safetensors format names, with their sizes.</summary>
/// <remarks>Source: the <c>Dtype</c> list of the safetensors format, version 0.6.</remarks>
internal static class SafetensorsDtype
{
    private static readonly Dictionary<string, int> Bits = new(StringComparer.Ordinal)
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["U16"] = 16, ["I16"] = 16, ["U32"] = 32, ["I32"] = 32, ["U64"] = 64, ["I64"] = 64,
        ["F64"] = 64, ["F32"] = 32, ["F16"] = 16, ["BF16"] = 16, ["C64"] = 64,
        ["F8_E5M2"] = 8, ["F8_E4M3"] = 8, ["F8_E8M0"] = 8, ["F8_E4M3FNUZ"] = 8, ["F8_E5M2FNUZ"] = 8,
        ["F6_E2M3"] = 6, ["F6_E3M2"] = 6, ["F4"] = 4,
    };

    public static bool TryGetBits(string dtype, out int bits) => Bits.TryGetValue(dtype, out bits);

    /// <summary>The format of the three types that can be read, or null.</summary>
    public static NumericFormat? FormatOf(string dtype) => dtype switch
    {
        "F32" => NumericFormat.Fp32,
        "F16" => NumericFormat.Fp16,
        "BF16" => NumericFormat.Bf16,
        _ => null,
    };
}
