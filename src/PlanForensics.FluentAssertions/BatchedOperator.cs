using PlanForensics.Kernels;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.FluentAssertions;

/// <summary>An operator that takes a batch of rows and gives a row for each, as a serving stack calls it: what a row comes to should not depend on the rows beside it.</summary>
public sealed record BatchedOperator
{
    private BatchedOperator(string name, int inputWidth, int outputWidth, Action<int, ReadOnlyMemory<float>, Memory<float>> call)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputWidth, 1);
        (Name, InputWidth, OutputWidth, Call) = (name, inputWidth, outputWidth, call);
    }

    /// <summary>Its name in messages.</summary>
    public string Name { get; }

    /// <summary>Values of an input row.</summary>
    public int InputWidth { get; }

    /// <summary>Values of an output row.</summary>
    public int OutputWidth { get; }

    /// <summary>The format of inputs (and weights): fp32 (default), bf16 or fp16. Values travel as <c>float</c>.</summary>
    public NumericFormat Operand { get; init; } = NumericFormat.Fp32;

    /// <summary>The format of outputs, in whose ulps distances are counted: fp32 (default), bf16 or fp16.</summary>
    public NumericFormat Output { get; init; } = NumericFormat.Fp32;

    /// <summary>Runs a batch: rows, input (rows, input width), output (rows, output width).</summary>
    internal Action<int, ReadOnlyMemory<float>, Memory<float>> Call { get; }

    /// <summary>The product with weights given, for probing; null where the operator is no matrix product.</summary>
    internal Action<int, ReadOnlyMemory<float>, ReadOnlyMemory<float>, Memory<float>>? Product { get; private init; }

    /// <summary>The plan for a number of rows, where it is known.</summary>
    internal Func<int, OperatorPlan>? PlanFor { get; private init; }

    /// <summary>Any operator over rows.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="inputWidth">Values of an input row.</param>
    /// <param name="outputWidth">Values of an output row.</param>
    /// <param name="call">Takes the number of rows and the input (rows, input width), and writes the output (rows, output width), all row-major.</param>
    /// <returns>The operator.</returns>
    public static BatchedOperator Rows(string name, int inputWidth, int outputWidth, Action<int, ReadOnlySpan<float>, Span<float>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new BatchedOperator(name, inputWidth, outputWidth, (rows, input, output) => call(rows, input.Span, output.Span));
    }

    /// <summary>A matrix product: its weights are an argument, so that a failure can be probed and names the plan of either batch size.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="columns">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="call">Takes M, A (M, K) and W (N, K), and writes C (M, N), all row-major.</param>
    /// <returns>The operator, with pseudo-random weights.</returns>
    public static BatchedOperator Gemm(string name, int columns, int depth, Action<int, ReadOnlySpan<float>, ReadOnlySpan<float>, Span<float>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        float[]? weights = null;
        return new BatchedOperator(name, depth, columns, (rows, input, output) => call(rows, input.Span, weights ??= RowValues.Of(columns * depth, RowValues.WeightSeed, NumericFormat.Bf16), output.Span))
        {
            Product = (rows, a, w, c) => call(rows, a.Span, w.Span, c.Span),
        };
    }

    /// <summary>A matrix product replayed under the plan that a dispatcher picks for the number of rows.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="columns">N.</param>
    /// <param name="depth">K.</param>
    /// <param name="planFor">The plan for a number of rows.</param>
    /// <returns>The operator, with pseudo-random weights; formats are those of the plan for one row.</returns>
    /// <exception cref="ArgumentException">The plan is none of a matrix product.</exception>
    /// <exception cref="PlanNotSupportedException">The plan is not lowered at the shape.</exception>
    public static BatchedOperator Replay(string name, int columns, int depth, Func<int, OperatorPlan> planFor)
    {
        ArgumentNullException.ThrowIfNull(planFor);
        IOperatorKernels kernels = KernelSelection.Default;
        GemmProgram Lower(int rows) => planFor(rows).Lower(new OperatorShape(rows, columns, depth)) as GemmProgram
            ?? throw new ArgumentException($"expected the plan of a matrix product; got \"{planFor(rows).Text}\"", nameof(planFor));
        ReductionProgram alone = Lower(1).Regions[0].Program;
        WeightMatrix? weights = null;
        return new BatchedOperator(name, depth, columns, (rows, input, output) =>
        {
            weights ??= new WeightMatrix(columns, depth, RowValues.Of(columns * depth, RowValues.WeightSeed, NumericFormat.Bf16));
            kernels.Gemm(Lower(rows), input.Span, weights, [], output.Span);
        })
        {
            PlanFor = planFor, Operand = alone.OperandA, Output = alone.Output,
        };
    }
}
