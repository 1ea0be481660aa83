using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Simd;

/// <summary>Operators without a reduction: each operation rounds each element once, so spans may be cut anywhere.</summary>
internal static class Elementwise
{
    private const int ChunkLength = 512;

    /// <summary>0x1.988454p-1, sqrt(2 / pi).</summary>
    private static float GeluFactor => BitConverter.UInt32BitsToSingle(0x3F4C422A);

    [SkipLocalsInit]
    public static void SiluMultiply(ActivationPlan plan, ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        Span<float> chunk = stackalloc float[ChunkLength];
        for (int start = 0; start < gate.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> x = gate.Slice(start, Math.Min(ChunkLength, gate.Length - start));
            Span<float> value = chunk[..x.Length];
            Span<float> output = y.Slice(start, x.Length);
            Silu(plan, x, value);
            Rounding.RoundInPlace(value, plan.Intermediate);
            TensorPrimitives.Multiply(value, up.Slice(start, x.Length), output);
            Rounding.RoundInPlace(output, plan.Output);
        }
    }

    /// <summary>SiLU of as many elements, each step rounded to the plan's format of steps.</summary>
    private static void Silu(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> value)
    {
        TensorPrimitives.Negate(x, value);
        MathFunctions.Exp(plan.Math, value);
        Rounding.RoundInPlace(value, plan.Steps);
        TensorPrimitives.Add(value, 1, value);
        Rounding.RoundInPlace(value, plan.Steps);
        if (plan.Form == ActivationForm.Divide)
        {
            TensorPrimitives.Divide(x, value, value);
        }
        else
        {
            TensorPrimitives.Divide(1, value, value);
            Rounding.RoundInPlace(value, plan.Steps);
            TensorPrimitives.Multiply(x, value, value);
        }

        Rounding.RoundInPlace(value, plan.Steps);
    }

    [SkipLocalsInit]
    public static void GeluTanh(ActivationPlan plan, ReadOnlySpan<float> x, Span<float> y)
    {
        if (plan.Gelu != GeluForm.Tanh)
        {
            GeluTable.Run(plan, x, y);
            return;
        }

        Span<float> chunk = stackalloc float[ChunkLength];
        for (int start = 0; start < x.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> source = x.Slice(start, Math.Min(ChunkLength, x.Length - start));
            Span<float> value = chunk[..source.Length];
            Span<float> output = y.Slice(start, source.Length);
            TensorPrimitives.Multiply(source, source, value);
            TensorPrimitives.Multiply(source, value, value);
            TensorPrimitives.Multiply(value, 0.044715f, value);
            TensorPrimitives.Add(source, value, value);
            TensorPrimitives.Multiply(value, GeluFactor, value);
            PortableMath.Tanh(value, value);
            TensorPrimitives.Add(value, 1, value);
            TensorPrimitives.Multiply(source, 0.5f, output);
            TensorPrimitives.Multiply(output, value, output);
            Rounding.RoundInPlace(output, plan.Output);
        }
    }

    public static void Add(ResidualPlan plan, ReadOnlySpan<float> stream, ReadOnlySpan<float> x, Span<float> y)
    {
        KernelSupport.CheckAdd(plan, stream, x, y);
        TensorPrimitives.Add(stream, x, y);
        Rounding.RoundInPlace(y, plan.Output);
    }

    /// <summary>Rotates first and second elements of the pairs of one head.</summary>
    [SkipLocalsInit]
    public static void Rotate(RopePlan plan, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine, Span<float> first, Span<float> second)
    {
        Span<float> chunk = stackalloc float[2 * ChunkLength];
        for (int start = 0; start < cosine.Length; start += ChunkLength)
        {
            int length = Math.Min(ChunkLength, cosine.Length - start);
            ReadOnlySpan<float> c = cosine.Slice(start, length);
            ReadOnlySpan<float> s = sine.Slice(start, length);
            Span<float> x0 = first.Slice(start, length);
            Span<float> x1 = second.Slice(start, length);
            Span<float> y0 = chunk[..length];
            Span<float> y1 = chunk.Slice(ChunkLength, length);
            TensorPrimitives.Multiply(x1, s, y0);
            TensorPrimitives.Multiply(x1, c, y1);
            if (plan.Step.Kind == StepKind.Fma)
            {
                TensorPrimitives.Negate(y0, y0);
                TensorPrimitives.FusedMultiplyAdd(x0, c, y0, y0);
                TensorPrimitives.FusedMultiplyAdd(x0, s, y1, y1);
            }
            else
            {
                Rounding.RoundInPlace(y0, plan.Product);
                Rounding.RoundInPlace(y1, plan.Product);
                TensorPrimitives.Multiply(x0, c, x1);
                Rounding.RoundInPlace(x1, plan.Product);
                TensorPrimitives.Subtract(x1, y0, y0);
                TensorPrimitives.Multiply(x0, s, x1);
                Rounding.RoundInPlace(x1, plan.Product);
                TensorPrimitives.Add(y1, x1, y1);
            }

            Rounding.Round(y0, x0, plan.Output);
            Rounding.Round(y1, x1, plan.Output);
        }
    }
}
