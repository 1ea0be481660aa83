namespace PlanForensics.Tests.Numerics;

/// <summary>How far an fp32 result is from an exact value, in units of the last place of that value's binade (2^-149 at the least).</summary>
internal sealed class UlpError
{
    public double Max { get; private set; }

    public float WorstArgument { get; private set; }

    public long Points { get; private set; }

    public long NotCorrectlyRounded { get; private set; }

    public void Add(float x, float actual, double high, double low)
    {
        Points++;
        double limit = float.MaxValue + Math.ScaleB(1, 103);
        if (Math.Abs(high) >= limit || float.IsInfinity(actual))
        {
            // Beyond the midpoint between the largest finite number and 2^128 the rounded result is infinite.
            Record(x, Math.Abs(high) >= limit && actual == (high > 0 ? float.PositiveInfinity : float.NegativeInfinity) ? 0 : double.PositiveInfinity);
            return;
        }

        double ulp = high == 0 ? Math.ScaleB(1, -149) : Math.ScaleB(1, Math.Max(Math.ILogB(high), -126) - 23);
        Record(x, Math.Abs((actual - high) - low) / ulp);
    }

    private void Record(float x, double error)
    {
        if (error > 0.5)
            NotCorrectlyRounded++;
        if (!(error <= Max))
        {
            Max = error;
            WorstArgument = x;
        }
    }
}
