using ILGPU;
using ILGPU.IR.Intrinsics;

namespace PlanForensics.Gpu.Arithmetic;

/// <summary>The only floating-point operations of a kernel: each is one IEEE 754 operation that no compiler may contract, reorder or approximate.</summary>
/// <remarks>
/// On a CUDA device each is one PTX instruction with an explicit <c>.rn</c>, opaque to ILGPU's simplifier; on the CPU device the body below runs, which the JIT does not contract.
/// Subnormals are kept, never flushed. Bitwise: identical on every machine, NaN payloads apart (kernels make a stored NaN canonical).
/// </remarks>
internal static class Fp
{
    [IntrinsicImplementation]
    public static float Add(float left, float right) => left + right;

    [IntrinsicImplementation]
    public static double Add(double left, double right) => left + right;

    [IntrinsicImplementation]
    public static float Sub(float left, float right) => left - right;

    [IntrinsicImplementation]
    public static double Sub(double left, double right) => left - right;

    [IntrinsicImplementation]
    public static float Mul(float left, float right) => left * right;

    [IntrinsicImplementation]
    public static double Mul(double left, double right) => left * right;

    [IntrinsicImplementation]
    public static float Div(float left, float right) => left / right;

    [IntrinsicImplementation]
    public static double Div(double left, double right) => left / right;

    [IntrinsicImplementation]
    public static float Sqrt(float value) => MathF.Sqrt(value);

    [IntrinsicImplementation]
    public static double Sqrt(double value) => Math.Sqrt(value);

    /// <summary>left * right + addend, rounded once.</summary>
    [IntrinsicImplementation]
    public static float Fma(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    /// <summary>left * right + addend, rounded once.</summary>
    [IntrinsicImplementation]
    public static double Fma(double left, double right, double addend) => Math.FusedMultiplyAdd(left, right, addend);

    /// <summary>One rounding to nearest even.</summary>
    [IntrinsicImplementation]
    public static float Narrow(double value) => (float)value;

    /// <summary>Exact.</summary>
    [IntrinsicImplementation]
    public static double Widen(float value) => value;
}
