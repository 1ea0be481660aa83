using System.Numerics.Tensors;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>The scalar arithmetic between the products of an attention.</summary>
internal sealed class SoftmaxScale(AttentionProgram program, int headDimension)
{
    private const float Log2E = 1.44269504f; // 0x3FB8AA3B

    /// <summary>fl(1 / sqrt(head_dim)).</summary>
    public float Factor { get; } = 1 / MathF.Sqrt(headDimension);

    /// <summary>Factor inside a power of two.</summary>
    public float Base { get; } = program.ScaleQuery ? Log2E : 1 / MathF.Sqrt(headDimension) * Log2E;

    /// <summary>The larger; a NaN poisons.</summary>
    public static float Max(float left, float right) => float.IsNaN(left) || float.IsNaN(right) ? float.NaN : left > right ? left : right;

    /// <summary>How much sums shrink when the maximum grows.</summary>
    public float Decay(float former, float largest) => program.BaseTwo
        ? PortableMath.Exp2((former * Base) - (largest * Base))
        : MathFunctions.Exp(program.Math, former - largest);

    public float MultiplyAdd(float x, float factor, float addend) => program.FusedRescale ? MathF.FusedMultiplyAdd(x, factor, addend) : (x * factor) + addend;

    /// <summary><c>x = x * factor + addend</c>.</summary>
    public void MultiplyAdd(Span<float> x, float factor, ReadOnlySpan<float> addend)
    {
        if (program.FusedRescale)
        {
            TensorPrimitives.FusedMultiplyAdd(x, factor, addend, x);
        }
        else
        {
            TensorPrimitives.Multiply(x, factor, x);
            TensorPrimitives.Add(x, addend, x);
        }
    }

    /// <summary><c>sum = x * factor + sum</c>; x is overwritten.</summary>
    public void MultiplyAddTo(Span<float> x, float factor, Span<float> sum)
    {
        MultiplyAdd(x, factor, sum);
        x.CopyTo(sum);
    }

    public void Divide(Span<float> values, float divisor)
    {
        if (program.Divide == Division.Divide)
            TensorPrimitives.Divide(values, divisor, values);
        else
            TensorPrimitives.Multiply(values, 1 / divisor, values);
    }
}
