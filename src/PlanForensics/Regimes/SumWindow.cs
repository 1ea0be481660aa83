namespace PlanForensics.Regimes;

/// <summary>The mean of a count over the last steps that recorded one.</summary>
internal sealed class SumWindow(int steps)
{
    private readonly Queue<(long Value, long Step)> _arrivals = [];
    private long _sum;
    private long _step;

    public double? Mean => _arrivals.Count == 0 ? null : (double)_sum / _arrivals.Count;

    public void NextStep()
    {
        _step++;
        while (_arrivals.TryPeek(out (long Value, long Step) oldest) && oldest.Step <= _step - steps)
        {
            _arrivals.Dequeue();
            _sum -= oldest.Value;
        }
    }

    public void Add(long value)
    {
        _arrivals.Enqueue((value, _step));
        _sum = checked(_sum + value);
    }
}
