using System.Runtime.CompilerServices;
using FluentAssertions;
using FluentAssertions.Collections;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>
/// Assertions on the bits of collections: <c>float</c>, <c>Half</c>, <c>double</c>, bfloat16 (<see cref="BFloat16Bits"/>, or .NET 11's <c>BFloat16</c>), <c>int</c> and <c>sbyte</c>, as arrays,
/// spans, lists or any <see cref="IEnumerable{T}"/>.
/// </summary>
public static class CollectionBitsAssertions
{
    private const string Name = "values";

    /// <summary>Asserts that there are as many elements and that every bit is equal. NaN payloads and the sign of zero count.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="expected">The expected values.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here; <c>ushort</c> needs <see cref="BitPatternExtensions.AsBFloat16(ushort[])"/> or <c>AsHalf</c>.</exception>
    [OverloadResolutionPriority(1)]
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeBitwiseEqualTo<T>(
        this GenericCollectionAssertions<T> assertions, ReadOnlySpan<T> expected, string because = "", params object[] becauseArgs)
        where T : unmanaged
    {
        TensorValue tensor = ElementFormats.Tensor(expected);
        return Check(assertions, actual => TensorFinding.Bits(actual, tensor, Name), because, becauseArgs);
    }

    /// <inheritdoc cref="BeBitwiseEqualTo{T}(GenericCollectionAssertions{T}, ReadOnlySpan{T}, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeBitwiseEqualTo<T>(
        this GenericCollectionAssertions<T> assertions, IEnumerable<T> expected, string because = "", params object[] becauseArgs)
        where T : unmanaged => BeBitwiseEqualTo(assertions, Copy(expected), because, becauseArgs);

    /// <summary>Asserts that there are as many elements and that none is further away than a number of ulps; two NaNs of any payload are 0 ulps apart.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="ulps">The largest distance allowed, 0 or more. Distances count across zero; -0 and +0 are 0 apart; infinity is one step beyond the largest finite number.</param>
    /// <param name="of">The expected values.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps.</exception>
    [OverloadResolutionPriority(1)]
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeWithinUlps<T>(
        this GenericCollectionAssertions<T> assertions, long ulps, ReadOnlySpan<T> of, string because = "", params object[] becauseArgs)
        where T : unmanaged => BeWithinUlps(assertions, ulps, of, NaNPolicy.AnyNaNEqual, because, becauseArgs);

    /// <inheritdoc cref="BeWithinUlps{T}(GenericCollectionAssertions{T}, long, ReadOnlySpan{T}, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeWithinUlps<T>(
        this GenericCollectionAssertions<T> assertions, long ulps, IEnumerable<T> of, string because = "", params object[] becauseArgs)
        where T : unmanaged => BeWithinUlps(assertions, ulps, Copy(of), NaNPolicy.AnyNaNEqual, because, becauseArgs);

    /// <summary>Asserts that there are as many elements and that none is further away than a number of ulps.</summary>
    /// <typeparam name="T">An element's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="ulps">The largest distance allowed, 0 or more.</param>
    /// <param name="of">The expected values.</param>
    /// <param name="nans">When two NaNs are 0 ulps apart; a NaN and a number never are.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps, or an undefined policy.</exception>
    [OverloadResolutionPriority(1)]
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeWithinUlps<T>(
        this GenericCollectionAssertions<T> assertions, long ulps, ReadOnlySpan<T> of, NaNPolicy nans, string because = "", params object[] becauseArgs)
        where T : unmanaged
    {
        TensorValue tensor = ElementFormats.Tensor(of);
        return Check(assertions, actual => TensorFinding.Ulps(actual, tensor, ulps, nans, Name), because, becauseArgs);
    }

    /// <inheritdoc cref="BeWithinUlps{T}(GenericCollectionAssertions{T}, long, ReadOnlySpan{T}, NaNPolicy, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<GenericCollectionAssertions<T>> BeWithinUlps<T>(
        this GenericCollectionAssertions<T> assertions, long ulps, IEnumerable<T> of, NaNPolicy nans, string because = "", params object[] becauseArgs)
        where T : unmanaged => BeWithinUlps(assertions, ulps, Copy(of), nans, because, becauseArgs);

    private static ReadOnlySpan<T> Copy<T>(IEnumerable<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.ToArray();
    }

    [CustomAssertion]
    private static AndConstraint<GenericCollectionAssertions<T>> Check<T>(
        GenericCollectionAssertions<T> assertions, Func<TensorValue, string?> finding, string because, object[] becauseArgs)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(assertions);
        TensorValue? actual = assertions.Subject is { } subject ? ElementFormats.Tensor<T>(subject.ToArray()) : null;
        Failures.Check(actual, finding, Name, because, becauseArgs);
        return new AndConstraint<GenericCollectionAssertions<T>>(assertions);
    }
}
