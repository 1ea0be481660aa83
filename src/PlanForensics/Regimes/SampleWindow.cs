namespace PlanForensics.Regimes;

/// <summary>The samples of the last steps, in ascending order.</summary>
internal sealed class SampleWindow(int steps)
{
    private readonly Queue<(double Value, long Step)> _arrivals = [];
    private double[] _ascending = new double[64];
    private long _step;

    public int Count { get; private set; }

    /// <summary>Moves on to the next step; samples of the step that leaves the window are dropped.</summary>
    public void NextStep()
    {
        _step++;
        while (_arrivals.TryPeek(out (double Value, long Step) oldest) && oldest.Step <= _step - steps)
        {
            _arrivals.Dequeue();
            int place = Array.BinarySearch(_ascending, 0, Count, oldest.Value);
            Count--;
            Array.Copy(_ascending, place + 1, _ascending, place, Count - place);
        }
    }

    public void Add(double value)
    {
        if (Count == _ascending.Length)
            Array.Resize(ref _ascending, Count * 2);
        int place = Array.BinarySearch(_ascending, 0, Count, value);
        if (place < 0)
            place = ~place;
        Array.Copy(_ascending, place, _ascending, place + 1, Count - place);
        _ascending[place] = value;
        Count++;
        _arrivals.Enqueue((value, _step));
    }

    public double? Percentile(int percent) => Count == 0 ? null : NearestRank.Of(_ascending.AsSpan(0, Count), percent);
}
