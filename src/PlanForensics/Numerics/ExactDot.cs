namespace PlanForensics.Numerics;

/// <summary>Dot products and sums that round once, at the end: the oracle against which orders of accumulation are judged.</summary>
/// <remarks>Formula: result = round(sum over i of x[i] * y[i]), products and sum exact, specials and zero signs as in
/// <see cref="ExactAccumulator"/>. The order of the terms does not matter. Bitwise: identical on every machine.</remarks>
public static class ExactDot
{
    /// <summary>The dot product of fp32 vectors, rounded once to fp32 (nearest-even).</summary>
    /// <param name="left">One vector.</param>
    /// <param name="right">The other, of the same length; empty vectors give +0.</param>
    /// <returns>The rounded dot product. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => ToSingle(Dot(left, right, NumericFormat.Fp32));

    /// <summary>The dot product of fp32-held vectors, rounded once to any floating-point format.</summary>
    /// <param name="left">One vector.</param>
    /// <param name="right">The other, of the same length; empty vectors give +0.</param>
    /// <param name="format">The format of the result.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <returns>The rounded dot product, in fp64. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right, NumericFormat format, RoundingMode mode = RoundingMode.NearestEven)
    {
        SpanChecks.SameLength(left, right);
        var accumulator = new ExactAccumulator();
        for (int i = 0; i < left.Length; i++)
            accumulator.AddProduct(left[i], right[i]);
        return accumulator.Round(format, mode);
    }

    /// <summary>The dot product of fp64 vectors, rounded once.</summary>
    /// <param name="left">One vector.</param>
    /// <param name="right">The other, of the same length; empty vectors give +0.</param>
    /// <param name="format">The format of the result.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <returns>The rounded dot product. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static double Dot(
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        NumericFormat format = NumericFormat.Fp64,
        RoundingMode mode = RoundingMode.NearestEven)
    {
        SpanChecks.SameLength(left, right);
        var accumulator = new ExactAccumulator();
        for (int i = 0; i < left.Length; i++)
            accumulator.AddProduct(left[i], right[i]);
        return accumulator.Round(format, mode);
    }

    /// <summary>The sum of fp32 values, rounded once to fp32 (nearest-even).</summary>
    /// <param name="values">The values; none give +0.</param>
    /// <returns>The rounded sum. Bitwise: identical on every machine.</returns>
    public static float Sum(ReadOnlySpan<float> values)
    {
        var accumulator = new ExactAccumulator();
        foreach (float value in values)
            accumulator.Add(value);
        return ToSingle(accumulator.Round(NumericFormat.Fp32));
    }

    /// <summary>The sum of fp64 values, rounded once.</summary>
    /// <param name="values">The values; none give +0.</param>
    /// <param name="format">The format of the result.</param>
    /// <param name="mode">The rounding mode.</param>
    /// <returns>The rounded sum. Bitwise: identical on every machine.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is an integer one or undefined, or the mode is undefined.</exception>
    public static double Sum(
        ReadOnlySpan<double> values, NumericFormat format = NumericFormat.Fp64, RoundingMode mode = RoundingMode.NearestEven)
    {
        var accumulator = new ExactAccumulator();
        foreach (double value in values)
            accumulator.Add(value);
        return accumulator.Round(format, mode);
    }

    private static float ToSingle(double rounded) => double.IsNaN(rounded) ? FormatLimits.CanonicalNaN32 : (float)rounded;
}
