namespace PlanForensics.Tests.Numerics;

/// <summary>How far an fp32 result is from an exact value, in units of the last place of that value's binade (2^-149 at the least).</summary>
internal sealed class UlpError
{
    public double Max { get; private set; }

    public float WorstArgument { get; private set; }

    public long Points { get; private set; }

    public long NotCorrectlyRounded { get; private set; }

    public void Add(float x, float actual, double high, double low) => Record(x, Of(actual, high, low));

    /// <summary>Adds a point measured against an fp64 reference, and against the exact oracle where that reference cannot decide the rounding.</summary>
    public void AddDecided(float x, float actual, double reference, Func<double, (double High, double Low)> oracle)
    {
        double error = Of(actual, reference, 0);
        if (error > 0.499_999 && error < 2 && float.IsFinite(actual))
        {
            (double high, double low) = oracle(x);
            error = Of(actual, high, low);
        }

        Record(x, error);
    }

    private static double Of(float actual, double high, double low)
    {
        // From 2^128 - 2^103 on, the midpoint between the largest finite number and 2^128, the rounded result is infinite.
        const double Limit = 3.4028235677973366e38;
        if (Math.Abs(high) >= Limit || float.IsInfinity(actual))
            return Math.Abs(high) >= Limit && actual == (high > 0 ? float.PositiveInfinity : float.NegativeInfinity) ? 0 : double.PositiveInfinity;
        long biased = (BitConverter.DoubleToInt64Bits(high) >> 52) & 0x7FF;
        double ulp = BitConverter.Int64BitsToDouble((Math.Max(biased, 1023 - 126) - 23) << 52);
        return Math.Abs((actual - high) - low) / ulp;
    }

    private void Record(float x, double error)
    {
        Points++;
        if (error > 0.5)
            NotCorrectlyRounded++;
        if (!(error <= Max))
        {
            Max = error;
            WorstArgument = x;
        }
    }
}
