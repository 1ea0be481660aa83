using FluentAssertions;
using FluentAssertions.Numeric;
using PlanForensics.Numerics;

namespace PlanForensics.FluentAssertions;

/// <summary>Assertions on the bits of one number: <c>float</c>, <c>double</c>, <c>int</c>, <c>sbyte</c>, and <c>Half</c>, which FluentAssertions takes for something comparable.</summary>
public static class ScalarBitsAssertions
{
    private const string Name = "value";

    /// <summary>Asserts that every bit is equal. A NaN's payload and the sign of zero count.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="expected">The expected value.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here.</exception>
    [CustomAssertion]
    public static AndConstraint<NumericAssertions<T>> BeBitwiseEqualTo<T>(this NumericAssertions<T> assertions, T expected, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(assertions);
        CheckBits(assertions.Subject, expected, because, becauseArgs);
        return new AndConstraint<NumericAssertions<T>>(assertions);
    }

    /// <inheritdoc cref="BeBitwiseEqualTo{T}(NumericAssertions{T}, T, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<ComparableTypeAssertions<T>> BeBitwiseEqualTo<T>(this ComparableTypeAssertions<T> assertions, T expected, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(assertions);
        CheckBits((T?)assertions.Subject, expected, because, becauseArgs);
        return new AndConstraint<ComparableTypeAssertions<T>>(assertions);
    }

    /// <summary>Asserts that the value is no further away than a number of ulps; two NaNs of any payload are 0 ulps apart.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="ulps">The largest distance allowed, 0 or more. Distances count across zero; -0 and +0 are 0 apart; infinity is one step beyond the largest finite number.</param>
    /// <param name="of">The expected value.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps.</exception>
    [CustomAssertion]
    public static AndConstraint<NumericAssertions<T>> BeWithinUlps<T>(this NumericAssertions<T> assertions, long ulps, T of, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T> => BeWithinUlps(assertions, ulps, of, NaNPolicy.AnyNaNEqual, because, becauseArgs);

    /// <inheritdoc cref="BeWithinUlps{T}(NumericAssertions{T}, long, T, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<ComparableTypeAssertions<T>> BeWithinUlps<T>(this ComparableTypeAssertions<T> assertions, long ulps, T of, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T> => BeWithinUlps(assertions, ulps, of, NaNPolicy.AnyNaNEqual, because, becauseArgs);

    /// <summary>Asserts that the value is no further away than a number of ulps.</summary>
    /// <typeparam name="T">The number's type.</typeparam>
    /// <param name="assertions">What <c>Should()</c> gave.</param>
    /// <param name="ulps">The largest distance allowed, 0 or more.</param>
    /// <param name="of">The expected value.</param>
    /// <param name="nans">When two NaNs are 0 ulps apart; a NaN and a number never are.</param>
    /// <param name="because">Why, as in every assertion.</param>
    /// <param name="becauseArgs">Arguments of <paramref name="because"/>.</param>
    /// <returns>To go on with <c>And</c>.</returns>
    /// <exception cref="NotSupportedException">The type has no bit format here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of ulps, or an undefined policy.</exception>
    [CustomAssertion]
    public static AndConstraint<NumericAssertions<T>> BeWithinUlps<T>(
        this NumericAssertions<T> assertions, long ulps, T of, NaNPolicy nans, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(assertions);
        CheckUlps(assertions.Subject, of, ulps, nans, because, becauseArgs);
        return new AndConstraint<NumericAssertions<T>>(assertions);
    }

    /// <inheritdoc cref="BeWithinUlps{T}(NumericAssertions{T}, long, T, NaNPolicy, string, object[])"/>
    [CustomAssertion]
    public static AndConstraint<ComparableTypeAssertions<T>> BeWithinUlps<T>(
        this ComparableTypeAssertions<T> assertions, long ulps, T of, NaNPolicy nans, string because = "", params object[] becauseArgs)
        where T : unmanaged, IComparable<T>
    {
        ArgumentNullException.ThrowIfNull(assertions);
        CheckUlps((T?)assertions.Subject, of, ulps, nans, because, becauseArgs);
        return new AndConstraint<ComparableTypeAssertions<T>>(assertions);
    }

    [CustomAssertion]
    private static void CheckBits<T>(T? actual, T expected, string because, object[] becauseArgs)
        where T : unmanaged
    {
        TensorValue other = ElementFormats.Scalar(expected);
        Failures.Check(Tensor(actual), found => TensorFinding.Bits(found, other, Name), Name, because, becauseArgs);
    }

    [CustomAssertion]
    private static void CheckUlps<T>(T? actual, T expected, long ulps, NaNPolicy nans, string because, object[] becauseArgs)
        where T : unmanaged
    {
        TensorValue other = ElementFormats.Scalar(expected);
        Failures.Check(Tensor(actual), found => TensorFinding.Ulps(found, other, ulps, nans, Name), Name, because, becauseArgs);
    }

    private static TensorValue? Tensor<T>(T? value)
        where T : unmanaged => value is { } number ? ElementFormats.Scalar(number) : null;
}
