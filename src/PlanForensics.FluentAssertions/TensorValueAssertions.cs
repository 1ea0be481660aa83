using FluentAssertions;
using FluentAssertions.Execution;
using FluentAssertions.Primitives;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on a tensor of any format.</summary>
public sealed class TensorValueAssertions : ReferenceTypeAssertions<TensorValue?, TensorValueAssertions>
{
    internal TensorValueAssertions(TensorValue? subject)
        : base(subject)
    {
    }

    /// <inheritdoc/>
    protected override string Identifier => "tensor";

    /// <summary>Asserts that format, shape (dimensions of 1 left out) and every bit are those of another tensor. NaN payloads and the sign of zero count.</summary>
    /// <param name="expected">The other tensor.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    [CustomAssertion]
    public AndConstraint<TensorValueAssertions> BeBitwiseEqualTo(TensorValue expected, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(expected);
        Failures.Check(Subject, actual => TensorFinding.Bits(actual, expected, Identifier), Identifier, because, becauseArgs);
        return new AndConstraint<TensorValueAssertions>(this);
    }

    /// <summary>Asserts that no element is further away than a number of ulps of the tensors' format; two NaNs of any payload are 0 ulps apart.</summary>
    /// <param name="ulps">The largest distance allowed, 0 or more. Distances count across zero; -0 and +0 are 0 apart; infinity is one step beyond the largest finite number.</param>
    /// <param name="of">The other tensor.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps.</exception>
    [CustomAssertion]
    public AndConstraint<TensorValueAssertions> BeWithinUlps(long ulps, TensorValue of, string because = "", params object[] becauseArgs) =>
        BeWithinUlps(ulps, of, NaNPolicy.AnyNaNEqual, because, becauseArgs);

    /// <summary>Asserts that no element is further away than a number of ulps of the tensors' format.</summary>
    /// <param name="ulps">The largest distance allowed, 0 or more.</param>
    /// <param name="of">The other tensor.</param>
    /// <param name="nans">When two NaNs are 0 ulps apart; a NaN and a number never are.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps, or an undefined policy.</exception>
    [CustomAssertion]
    public AndConstraint<TensorValueAssertions> BeWithinUlps(long ulps, TensorValue of, NaNPolicy nans, string because = "", params object[] becauseArgs)
    {
        ArgumentNullException.ThrowIfNull(of);
        Failures.Check(Subject, actual => TensorFinding.Ulps(actual, of, ulps, nans, Identifier), Identifier, because, becauseArgs);
        return new AndConstraint<TensorValueAssertions>(this);
    }
}
