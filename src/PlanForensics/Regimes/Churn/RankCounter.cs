namespace PlanForensics.Regimes.Churn;

/// <summary>Counts fallbacks and conversions of one rank.</summary>
internal sealed class RankCounter
{
    private int _steps;
    private int _withFallback;
    private long _fallbacks = -1;
    private long _dequantizations = -1;
    private long _requantizations = -1;

    public void Add(in StepData data)
    {
        _steps++;
        if (data.FallbackCount > 0)
            _withFallback++;
        _fallbacks = Sum(_fallbacks, data.FallbackCount);
        _dequantizations = Sum(_dequantizations, data.DequantizeCount);
        _requantizations = Sum(_requantizations, data.RequantizeCount);
    }

    public void Add(RankCounter other)
    {
        _steps += other._steps;
        _withFallback += other._withFallback;
        _fallbacks = Sum(_fallbacks, other._fallbacks);
        _dequantizations = Sum(_dequantizations, other._dequantizations);
        _requantizations = Sum(_requantizations, other._requantizations);
    }

    public RankCounts ToCounts(int? rank) =>
        new(rank, _steps, StepData.OrNull(_fallbacks), StepData.OrNull(_dequantizations), StepData.OrNull(_requantizations), _withFallback);

    private static long Sum(long sum, long value) => value < 0 ? sum : checked(Math.Max(sum, 0) + value);
}
