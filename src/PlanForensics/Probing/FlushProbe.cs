using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>Asks whether subnormal results are flushed to zero: one term of 2^-130 alone.</summary>
internal static class FlushProbe
{
    public static bool Run(BoxCalls calls, OutputGroup group)
    {
        if (calls.Box.Operand is not (NumericFormat.Fp32 or NumericFormat.Bf16 or NumericFormat.Tf32) || calls.Box.Output is not (NumericFormat.Fp32 or NumericFormat.Bf16))
            return false;
        bool products = calls.Box.HasProducts;
        return SparseQuestions.Ask(calls, group, MathF.ScaleB(1, -60), (0, MathF.ScaleB(1, products ? -70 : -130))) == 0;
    }
}
