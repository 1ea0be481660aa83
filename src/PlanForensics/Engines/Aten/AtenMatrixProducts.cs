using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Engines.Aten;

/// <summary>ATen 1.13's dispatch of matrix products on a CPU: to the library, or to loops of its own where the product is small.</summary>
/// <remarks>
/// <para>Linear layers: fp32 always the library; bf16 the library where M K N is above 4096, else ATen's loop over one matrix.</para>
/// <para>Batched products (attention, one matrix a row and head): fp32 the naive loop where M K N of one matrix is below 400, else the library, matrix by matrix. bf16: oneDNN where
/// M K N times all matrices is above 4096; else the naive loop where M K N of one matrix is below 400, else ATen's loop over one matrix.</para>
/// <para>ATen's loops: naive, <c>r = fl(r + fl(a * b))</c> from 0 in the operands' format; over one matrix in bf16, transposed weights in one fp32 chain rounded once, else as the naive loop.
/// Source: ATen 1.13 (<c>LinearAlgebra.cpp</c>, <c>BlasKernel.cpp</c>, <c>mkldnn/Matmul.cpp</c>), checked against recorded and fresh products on both sides of every limit.</para>
/// </remarks>
public static class AtenMatrixProducts
{
    /// <summary>Products of at least this many terms in one matrix leave the naive loop.</summary>
    public const int NaiveLimit = 400;

    /// <summary>bf16 products of more terms than this go to oneDNN.</summary>
    public const int OneDnnLimit = 16 * 16 * 16;

    private static readonly GemmPlan Naive = new() { Step = ReductionStep.MulAdd, StartsAtZero = true };
    private static readonly GemmPlan NaiveBf16 = Naive with { Accumulator = NumericFormat.Bf16, Output = NumericFormat.Bf16 };
    private static readonly GemmPlan SequentialBf16 = new() { Step = ReductionStep.MulAdd, StartsAtZero = true, Output = NumericFormat.Bf16 };

    /// <summary>The plan of a linear layer without a bias.</summary>
    /// <param name="library">The library behind large products.</param>
    /// <param name="format">Format of weights and activations.</param>
    /// <param name="rows">M: all rows of the batch.</param>
    /// <param name="outputs">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="threads">Threads of the library.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanNotSupportedException">The library's rule declines the shape.</exception>
    public static OperatorPlan Linear(IGemmFamily library, NumericFormat format, int rows, int outputs, int depth, int threads = 1) =>
        format == NumericFormat.Bf16 && (long)rows * outputs * depth <= OneDnnLimit
            ? SequentialBf16
            : Library(library, format, rows, outputs, depth, weightsTransposed: true, threads);

    /// <summary>The plan of one matrix of a batched product.</summary>
    /// <param name="library">The library behind large products.</param>
    /// <param name="format">Format of the operands.</param>
    /// <param name="matrices">Matrices of the batch: rows times heads.</param>
    /// <param name="rows">M.</param>
    /// <param name="columns">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="transposed">Whether the right operand lies in memory as (N, K): true for <c>q k^T</c>, false for <c>p v</c>.</param>
    /// <param name="threads">Threads of the library.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="PlanNotSupportedException">The library's rule declines the shape.</exception>
    public static OperatorPlan Batched(IGemmFamily library, NumericFormat format, int matrices, int rows, int columns, int depth, bool transposed, int threads = 1)
    {
        long terms = (long)rows * columns * depth;
        if (format == NumericFormat.Fp32)
            return terms < NaiveLimit ? Naive : Library(library, format, rows, columns, depth, transposed, threads);
        if (terms * matrices > OneDnnLimit)
            return Library(library, format, rows, columns, depth, transposed, threads);
        return terms < NaiveLimit || !transposed ? NaiveBf16 : SequentialBf16;
    }

    private static OperatorPlan Library(IGemmFamily library, NumericFormat format, int rows, int columns, int depth, bool weightsTransposed, int threads)
    {
        ArgumentNullException.ThrowIfNull(library);
        var key = new GemmKey(rows, columns, depth) { Threads = threads, WeightsTransposed = weightsTransposed, ConstantWeights = false, Weights = format, Output = format };
        PlanDecision decision = library.PlanFor(key);
        return decision.Plan ?? throw new PlanNotSupportedException(library.Name, FormattableString.Invariant($"M = {rows}, N = {columns}, K = {depth}: {decision.Reason}"));
    }
}
