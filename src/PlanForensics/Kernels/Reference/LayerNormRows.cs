using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.Reference;

/// <summary>LayerNorm as <see cref="LayerNormProgram"/> states it.</summary>
internal static class LayerNormRows
{
    public static void Run(LayerNormProgram program, float epsilon, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        Check(program, x, weight, bias, y);
        for (int start = 0; start < x.Length; start += program.Width)
        {
            ReadOnlySpan<float> row = x.Slice(start, program.Width);
            (float mean, float variance) = RowStatistics.Of(program, row);
            float root = MathF.Sqrt(variance + epsilon);
            float inverse = 1 / root;
            for (int column = 0; column < row.Length; column++)
                y[start + column] = Canonical(Value(program, row[column], mean, root, inverse, column, weight, bias));
        }
    }

    private static void Check(LayerNormProgram program, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (x.Length % program.Width != 0 || x.Length != y.Length || (weight.Length != program.Width && !weight.IsEmpty) || (bias.Length != program.Width && !bias.IsEmpty))
            throw new ArgumentException(
                $"expected rows of {program.Width}, and as many weights and biases or none; got {x.Length} in, {y.Length} out, {weight.Length} weights and {bias.Length} biases", nameof(x));
    }

    private static float Canonical(float value) => float.IsNaN(value) ? FormatLimits.CanonicalNaN32 : value;

    private static float Value(LayerNormProgram program, float x, float mean, float root, float inverse, int column, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        bool fused = program.FusedApply;
        float? b = !bias.IsEmpty ? bias[column] : program.AddsZero ? 0f : null;
        if (weight.IsEmpty && b is { } added && fused && program.Scaling == LayerNormScaling.Centered)
            return MathF.FusedMultiplyAdd(x - mean, inverse, added);
        float y = program.Scaling switch
        {
            LayerNormScaling.Centered => (x - mean) * inverse,
            LayerNormScaling.Quotient => (x - mean) / root,
            _ => Add(x, inverse, -inverse * mean, fused),
        };
        return weight.IsEmpty ? (b is { } plain ? y + plain : y)
            : b is { } shift ? Add(y, weight[column], shift, fused)
            : y * weight[column];
    }

    private static float Add(float left, float right, float sum, bool fused) => fused ? MathF.FusedMultiplyAdd(left, right, sum) : (left * right) + sum;
}
