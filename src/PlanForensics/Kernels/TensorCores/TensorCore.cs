using System.Runtime.Intrinsics;
using PlanForensics.Kernels.Simd;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Kernels.TensorCores;

/// <summary>Runs what a matrix unit does, in integers: one output, or a tile of them.</summary>
/// <remarks>
/// Order, formats and roundings are those of the <see cref="TensorCoreModel"/>. An infinity or a NaN among the operands makes the result that of IEEE 754's sum of the terms that are not
/// finite; a NaN is 7FFFFFFF. Operands must be representable in the model's format; tf32 operands are truncated to it. Bitwise: identical on every machine.
/// </remarks>
public static class TensorCore
{
    private const int MostTileTerms = 1 << 16;

    /// <summary>One output: the products of K terms and an accumulator.</summary>
    /// <param name="model">The unit.</param>
    /// <param name="a">K values.</param>
    /// <param name="b">K values.</param>
    /// <param name="c">The accumulator operand; rounded to nearest even to fp16 where the model's output is fp16.</param>
    /// <returns>The result, representable in the model's output format.</returns>
    /// <exception cref="ArgumentException">The operands differ in length.</exception>
    public static unsafe float MultiplyAdd(TensorCoreModel model, ReadOnlySpan<float> a, ReadOnlySpan<float> b, float c)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (a.Length != b.Length)
            throw new ArgumentException($"expected as many values in b as in a; got {b.Length} and {a.Length}", nameof(b));
        float[] left = Ordered(model, a);
        float[] right = Ordered(model, b);
        var step = new DotStep(model.Step, model.Operand, model.Operand);
        float start = model.Output == NumericFormat.Fp16 ? Rounding.ToFormat(c, NumericFormat.Fp16) : c;
        float accumulator = model.Accumulator == TensorCoreAccumulator.InBlock ? start : 0;
        fixed (float* leftStart = left, rightStart = right)
        {
            for (int first = 0; first < left.Length; first += step.BlockLength)
                accumulator = step.Take(leftStart + first, 1, rightStart + first, 1, Math.Min(step.BlockLength, left.Length - first), accumulator);
        }

        return model.Accumulator == TensorCoreAccumulator.Late ? Rounding.ToFormat(start + accumulator, model.Output) : accumulator;
    }

    /// <summary>A tile: D = A x B + C, every output as <see cref="MultiplyAdd"/> gives it.</summary>
    /// <param name="model">The unit; its accumulator enters in the block.</param>
    /// <param name="shape">Rows of A, columns of B, and K, as of an instruction (m16n8k16) or larger.</param>
    /// <param name="a">A, (rows, K).</param>
    /// <param name="b">B, (K, columns).</param>
    /// <param name="c">C, (rows, columns), in the model's output format.</param>
    /// <param name="d">Receives D, (rows, columns); may be <paramref name="c"/>.</param>
    /// <exception cref="ArgumentException">An operand does not have the shape, or K times the rows or columns exceeds 65,536.</exception>
    /// <exception cref="PlanNotSupportedException">The model's accumulator does not enter in the block.</exception>
    public static void MultiplyAddTile(
        TensorCoreModel model, (int Rows, int Columns, int Depth) shape, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, Span<float> d)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Accumulator != TensorCoreAccumulator.InBlock)
            throw new PlanNotSupportedException(model.Text, "tiles are computed for units whose accumulator enters in the block; use MultiplyAdd");
        (int rows, int columns, int depth) = shape;
        if (rows < 1 || columns < 1 || depth < 1 || (long)depth * Math.Max(rows, columns) > MostTileTerms)
            throw new ArgumentException($"expected a tile of at least 1 x 1 x 1 and at most {MostTileTerms} values an operand; got {rows} x {columns} x {depth}", nameof(shape));
        if (a.Length != rows * depth || b.Length != depth * columns || c.Length != rows * columns || d.Length != rows * columns)
            throw new ArgumentException($"expected {rows} x {depth}, {depth} x {columns} and {rows} x {columns} values; got {a.Length}, {b.Length}, {c.Length} and {d.Length}", nameof(a));
        if (columns > Vector256<float>.Count && Simd512.IsAccelerated)
            DotTile<Vector512<float>, Vector512<double>, Simd512>.Run(model, shape, a, b, c, d);
        else if (columns > Vector128<float>.Count && Simd256.IsAccelerated)
            DotTile<Vector256<float>, Vector256<double>, Simd256>.Run(model, shape, a, b, c, d);
        else
            DotTile<Vector128<float>, Vector128<double>, Simd128>.Run(model, shape, a, b, c, d);
    }

    private static float[] Ordered(TensorCoreModel model, ReadOnlySpan<float> values)
    {
        float[] ordered = values.ToArray();
        for (int index = 0; model.Operand == NumericFormat.Tf32 && index < ordered.Length; index++)
            ordered[index] = Tf32.Truncate(ordered[index]);
        if (!model.TakesPairsInTurn)
            return ordered;
        float[] taken = new float[ordered.Length];
        int next = 0;
        for (int first = 0; first < ordered.Length; first += 32)
            for (int half = 0; half < 4; half += 2)
                for (int index = first; index < Math.Min(first + 32, ordered.Length); index++)
                    if (((index - first) & 2) == half)
                        taken[next++] = ordered[index];
        return taken;
    }
}
