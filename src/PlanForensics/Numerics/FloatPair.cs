namespace PlanForensics.Numerics;

/// <summary>An unevaluated sum of two floats, with the operations of Sleef's double-float arithmetic on a processor with FMA; the names say what each rounds.</summary>
internal readonly record struct FloatPair(float High, float Low)
{
    public FloatPair Plus(float other)
    {
        float sum = High + other;
        return new FloatPair(sum, Error(High, other, sum) + Low);
    }

    public FloatPair Plus(FloatPair other)
    {
        float sum = High + other.High;
        return new FloatPair(sum, Error(High, other.High, sum) + (Low + other.Low));
    }

    /// <summary>A float plus this pair, the float being the larger.</summary>
    public FloatPair AddedTo(float larger)
    {
        float sum = larger + High;
        return new FloatPair(sum, larger - sum + High + Low);
    }

    /// <summary>This pair, the larger, minus another.</summary>
    public FloatPair Minus(FloatPair other)
    {
        float difference = High - other.High;
        return new FloatPair(difference, High - difference - other.High + Low - other.Low);
    }

    public FloatPair Times(float other)
    {
        float product = High * other;
        return new FloatPair(product, Fma(Low, other, Fma(High, other, -product)));
    }

    public FloatPair Times(FloatPair other)
    {
        float product = High * other.High;
        return new FloatPair(product, Fma(High, other.Low, Fma(Low, other.High, Fma(High, other.High, -product))));
    }

    public FloatPair Squared()
    {
        float product = High * High;
        return new FloatPair(product, Fma(High + High, Low, Fma(High, High, -product)));
    }

    public FloatPair Reciprocal()
    {
        float quotient = 1 / High;
        return new FloatPair(quotient, quotient * Fma(-Low, quotient, Fma(-High, quotient, 1)));
    }

    public FloatPair Over(FloatPair divisor)
    {
        float inverse = 1 / divisor.High;
        float quotient = High * inverse;
        float rest = Fma(inverse, High, -quotient);
        float correction = Fma(-divisor.Low, inverse, Fma(-divisor.High, inverse, 1));
        return new FloatPair(quotient, Fma(quotient, correction, Fma(Low, inverse, rest)));
    }

    public FloatPair Scaled(float factor) => new(High * factor, Low * factor);

    private static float Error(float left, float right, float sum)
    {
        float other = sum - left;
        return left - (sum - other) + (right - other);
    }

    private static float Fma(float left, float right, float sum) => MathF.FusedMultiplyAdd(left, right, sum);
}
