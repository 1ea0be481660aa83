using FluentAssertions;
using FluentAssertions.Primitives;
using PlanForensics.Contracts;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on a recorded or replayed request.</summary>
public sealed class TraceAssertions : ReferenceTypeAssertions<ExecutionContract?, TraceAssertions>
{
    internal TraceAssertions(ExecutionContract? subject)
        : base(subject)
    {
    }

    /// <inheritdoc/>
    protected override string Identifier => "trace";

    /// <summary>Asserts that every step chose the token that the same step of another trace chose. Bits may differ where the margin absorbs it.</summary>
    /// <param name="against">The other trace, of the same effective request.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <remarks>It fails too where that cannot be said: the effective requests or the weights are known to differ, a token was not recorded, one trace is longer, or there is no step in common.</remarks>
    [CustomAssertion]
    public AndConstraint<TraceAssertions> HaveNoTokenFlips(ExecutionContract against, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(against);
        Failures.Check(Subject, actual => TraceFinding.Tokens(actual, against), Identifier, because, becauseArgs);
        return new AndConstraint<TraceAssertions>(this);
    }

    /// <summary>Asserts that every step has the bits (logits, or else hidden states and captured tensors, by value or hash) and the token of the same step of another trace.</summary>
    /// <param name="expected">The other trace, of the same effective request.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <remarks>It fails too where that cannot be said, as <see cref="HaveNoTokenFlips"/> does, and where a step's bits were not recorded.</remarks>
    [CustomAssertion]
    public AndConstraint<TraceAssertions> BeBitwiseEqualTo(ExecutionContract expected, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(expected);
        Failures.Check(Subject, actual => TraceFinding.Bits(actual, expected), Identifier, because, becauseArgs);
        return new AndConstraint<TraceAssertions>(this);
    }
}
