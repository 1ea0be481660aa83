using PlanForensics.Numerics;

namespace PlanForensics.Probing;

/// <summary>
/// An operator whose order of additions is asked for, given as a delegate that runs it: a sum, a dot product, a matrix-vector or matrix product, an all-reduce.
/// </summary>
/// <remarks>
/// The delegate gets buffers of the probe's own that start on a 64-byte boundary (plus <see cref="AddressOffsetBytes"/>) and stay at the same address for the whole probe; values are binary32 that
/// <see cref="Operand"/> represents: a delegate that runs a narrower format converts exactly. It must compute the plain sum or product: no bias, no scale other than 1.
/// It is called from one thread at a time.
/// </remarks>
public sealed record BlackBox
{
    private BlackBox(string kind, (int Rows, int Columns, int Depth) shape, bool hasProducts, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> call)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Rows, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Columns, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Depth, 1, nameof(shape));
        Kind = kind;
        (Rows, Columns, Depth) = shape;
        HasProducts = hasProducts;
        Call = call;
        MasksInRows = hasProducts && shape.Rows > shape.Columns;
    }

    /// <summary><c>sum</c>, <c>row_sums</c>, <c>dot</c>, <c>gemv</c>, <c>gemm</c>, <c>gemm_element</c> or <c>all_reduce</c>.</summary>
    public string Kind { get; }

    /// <summary>M: rows of the output.</summary>
    public int Rows { get; }

    /// <summary>N: columns of the output.</summary>
    public int Columns { get; }

    /// <summary>K: terms of each output's sum.</summary>
    public int Depth { get; }

    /// <summary>Whether terms are products of two operands.</summary>
    public bool HasProducts { get; }

    /// <summary>Format in which the operator reads its operands; default fp32.</summary>
    public NumericFormat Operand { get; init; } = NumericFormat.Fp32;

    /// <summary>Format of the outputs; default fp32.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <summary>Whether B is laid out (K, N) instead of (N, K); default false. An all-reduce is (ranks, elements).</summary>
    public bool TermsFirst { get; init; }

    /// <summary>
    /// Whether the masks go into rows of A rather than columns of B, one question a row: for a B that the engine keeps (constant, packed weights), where every new B would cost a new session.
    /// Default: where there are more rows than columns.
    /// </summary>
    public bool MasksInRows
    {
        get;
        init => field = !value || HasProducts ? value : throw new ArgumentException($"a {Kind} has no rows of A to put masks into", nameof(value));
    }

    /// <summary>Bytes, a multiple of 4 below 64, by which every buffer starts after a 64-byte boundary; default 0.</summary>
    public int AddressOffsetBytes
    {
        get;
        init => field = value is >= 0 and < 64 && value % 4 == 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "an offset is 0 to 60 bytes, a multiple of 4");
    }

    /// <summary>Runs the operator: A (rows, K) (empty where there are no products), B (columns, K) or (K, columns), C (rows, columns).</summary>
    internal Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> Call { get; }

    /// <summary>A sum of n terms.</summary>
    /// <param name="terms">n.</param>
    /// <param name="sum">Gives the sum of n values.</param>
    /// <returns>The box.</returns>
    public static BlackBox Sum(int terms, Func<ReadOnlySpan<float>, float> sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        return new BlackBox("sum", (1, 1, terms), false, (_, values, c) => c[0] = sum(values));
    }

    /// <summary>Sums of many rows in one call: one question a row.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="terms">n, terms of a row.</param>
    /// <param name="sums">Adds up each row of a (rows, n) matrix.</param>
    /// <returns>The box.</returns>
    public static BlackBox RowSums(int rows, int terms, Action<ReadOnlySpan<float>, Span<float>> sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        return new BlackBox("row_sums", (1, rows, terms), false, (_, values, c) => sums(values, c));
    }

    /// <summary>A dot product of n terms.</summary>
    /// <param name="terms">n.</param>
    /// <param name="dot">Gives the dot product of two n-vectors.</param>
    /// <returns>The box.</returns>
    public static BlackBox Dot(int terms, Func<ReadOnlySpan<float>, ReadOnlySpan<float>, float> dot)
    {
        ArgumentNullException.ThrowIfNull(dot);
        return new BlackBox("dot", (1, 1, terms), true, (a, b, c) => c[0] = dot(a, b));
    }

    /// <summary>A matrix-vector product <c>y = W x</c>: one question a row of W.</summary>
    /// <param name="outputs">N, rows of W.</param>
    /// <param name="terms">K, columns of W.</param>
    /// <param name="gemv">Takes W (N, K), x (K) and gives y (N).</param>
    /// <returns>The box.</returns>
    public static BlackBox Gemv(int outputs, int terms, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> gemv)
    {
        ArgumentNullException.ThrowIfNull(gemv);
        return new BlackBox("gemv", (1, outputs, terms), true, (x, weights, y) => gemv(weights, x, y)) { MasksInRows = false };
    }

    /// <summary>A whole matrix product: one call answers a question a column (or row), and outputs with other orders are told apart.</summary>
    /// <param name="rows">M.</param>
    /// <param name="columns">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="gemm">Takes A (M, K), B (N, K) (or (K, N), see <see cref="TermsFirst"/>) and gives C (M, N), all row-major.</param>
    /// <returns>The box.</returns>
    public static BlackBox Gemm(int rows, int columns, int depth, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> gemm)
    {
        ArgumentNullException.ThrowIfNull(gemm);
        return new BlackBox("gemm", (rows, columns, depth), true, gemm);
    }

    /// <summary>One element of a matrix product.</summary>
    /// <param name="rows">M.</param>
    /// <param name="columns">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="element">0-based row and column of the element.</param>
    /// <param name="gemm">As in <see cref="Gemm"/>, with B (N, K); operands other than the element's row and column are zero.</param>
    /// <returns>The box.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The element lies outside the output.</exception>
    public static BlackBox GemmElement(int rows, int columns, int depth, (int Row, int Column) element, Action<ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> gemm)
    {
        ArgumentNullException.ThrowIfNull(gemm);
        ArgumentOutOfRangeException.ThrowIfNegative(element.Row, nameof(element));
        ArgumentOutOfRangeException.ThrowIfNegative(element.Column, nameof(element));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(element.Row, rows, nameof(element));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(element.Column, columns, nameof(element));
        var a = new AlignedBuffer(rows * depth, 0);
        var b = new AlignedBuffer(columns * depth, 0);
        var c = new AlignedBuffer(rows * columns, 0);
        a.Span.Clear();
        b.Span.Clear();
        return new BlackBox("gemm_element", (1, 1, depth), true, (row, column, output) =>
        {
            row.CopyTo(a.Span[(element.Row * depth)..]);
            column.CopyTo(b.Span[(element.Column * depth)..]);
            gemm(a.Span, b.Span, c.Span);
            output[0] = c.Span[(element.Row * columns) + element.Column];
        });
    }

    /// <summary>An all-reduce: each output is the sum of one value a rank.</summary>
    /// <param name="ranks">Ranks.</param>
    /// <param name="elements">Elements of each rank's tensor; one question an element, and elements may have different orders.</param>
    /// <param name="allReduce">Takes the contributions (ranks, elements) and gives the sums (elements).</param>
    /// <returns>The box.</returns>
    public static BlackBox AllReduce(int ranks, int elements, Action<ReadOnlySpan<float>, Span<float>> allReduce)
    {
        ArgumentNullException.ThrowIfNull(allReduce);
        return new BlackBox("all_reduce", (1, elements, ranks), false, (_, values, c) => allReduce(values, c)) { TermsFirst = true };
    }
}
