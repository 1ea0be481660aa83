using PlanForensics.Numerics;

namespace PlanForensics.Rules.KernelNames;

/// <summary>vLLM's numbers for scalar types: exponent bits (8 bits), mantissa bits (8), sign (1), bias (32), finite only (1), kind of NaN (8), lowest first.</summary>
internal static class MarlinTypeId
{
    private const int MantissaShift = 8;
    private const int SignShift = 16;
    private const int BiasShift = 17;

    public static NumericFormat? FormatOf(long? id)
    {
        if (id is not { } bits || bits < 0 || (bits >> SignShift & 1) == 0 || (bits >> BiasShift & 0xFFFFFFFF) != 0)
            return null;
        return (bits & 0xFF, bits >> MantissaShift & 0xFF) switch
        {
            (5, 10) => NumericFormat.Fp16,
            (8, 7) => NumericFormat.Bf16,
            (4, 3) => NumericFormat.Fp8E4M3,
            (5, 2) => NumericFormat.Fp8E5M2,
            (0, 7) => NumericFormat.Int8,
            _ => null,
        };
    }
}
