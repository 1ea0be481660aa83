using FluentAssertions;
using FluentAssertions.Primitives;
using PlanForensics.Contracts;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on an operator that takes batches of rows.</summary>
public sealed class BatchedOperatorAssertions : ReferenceTypeAssertions<BatchedOperator?, BatchedOperatorAssertions>
{
    internal BatchedOperatorAssertions(BatchedOperator? subject)
        : base(subject)
    {
    }

    /// <inheritdoc/>
    protected override string Identifier => "operator";

    /// <summary>Asserts that a row comes to the same bits alone and in batches of 2 to 64 rows, wherever it lies in them.</summary>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <remarks>It holds for the rows, shapes and thread counts that were run. Two calls with one row are compared first, and values that a call does not write are noticed.</remarks>
    [CustomAssertion]
    public AndConstraint<BatchedOperatorAssertions> BeBatchInvariant(string because = "", params object[] becauseArgs) => BeBatchInvariant(new BatchInvarianceOptions(), because, becauseArgs);

    /// <summary>Asserts that a row comes to the same bits alone and in batches of some sizes.</summary>
    /// <param name="batchSizes">The sizes, each 1 or more.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    [CustomAssertion]
    public AndConstraint<BatchedOperatorAssertions> BeBatchInvariant(IEnumerable<int> batchSizes, string because = "", params object[] becauseArgs) =>
        BeBatchInvariant(new BatchInvarianceOptions { BatchSizes = batchSizes.ToValueList() }, because, becauseArgs);

    /// <summary>Asserts that a row comes to the same bits alone and in batches.</summary>
    /// <param name="options">Sizes, rows.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="ArgumentException">Fewer rows are given than the largest batch has.</exception>
    [CustomAssertion]
    public AndConstraint<BatchedOperatorAssertions> BeBatchInvariant(BatchInvarianceOptions options, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(options);
        Failures.Check(Subject, asked => new BatchFinding(asked, options).Run(), Identifier, because, becauseArgs);
        return new AndConstraint<BatchedOperatorAssertions>(this);
    }
}
