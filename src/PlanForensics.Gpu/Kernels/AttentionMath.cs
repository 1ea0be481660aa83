using ILGPU;
using PlanForensics.Gpu.Arithmetic;

namespace PlanForensics.Gpu.Kernels;

/// <summary>The steps of <see cref="Plans.AttentionProgram"/> that several kernels share.</summary>
internal static class AttentionMath
{
    /// <summary>A NaN poisons the maximum.</summary>
    public static float Max(float left, float right) => FormatRounding.IsNaN(left) || FormatRounding.IsNaN(right) ? FormatRounding.NaN : left > right ? left : right;

    public static float Exponential(AttentionShape shape, float score, float largest, ArrayView<ulong> roots) => shape.BaseTwo == 1
        ? DeviceMath.Exp2(Fp.Fma(score, shape.BaseScale, -Fp.Mul(largest, shape.BaseScale)))
        : DeviceExp.Exp(shape.Math, Fp.Sub(score, largest), roots);

    public static float Decay(AttentionShape shape, float former, float largest, ArrayView<ulong> roots) => shape.BaseTwo == 1
        ? DeviceMath.Exp2(Fp.Sub(Fp.Mul(former, shape.BaseScale), Fp.Mul(largest, shape.BaseScale)))
        : DeviceExp.Exp(shape.Math, Fp.Sub(former, largest), roots);

    public static float CarriedDecay(AttentionShape shape, float former, float largest) => shape.BaseTwo == 1
        ? DeviceMath.Exp2(Fp.Mul(Fp.Sub(former, largest), shape.BaseScale))
        : DeviceMath.Exp(Fp.Sub(former, largest));

    public static float MultiplyAdd(AttentionShape shape, float x, float factor, float addend) =>
        shape.FusedRescale == 1 ? Fp.Fma(x, factor, addend) : Fp.Add(Fp.Mul(x, factor), addend);

    public static float Divide(AttentionShape shape, float value, float divisor) =>
        shape.Reciprocal == 1 ? Fp.Mul(value, Fp.Div(1.0f, divisor)) : Fp.Div(value, divisor);
}
