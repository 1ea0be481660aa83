namespace PlanForensics.Regimes;

/// <summary>The queue times of an iteration's requests. A request waits once, whatever the number of ranks: where ranks disagree, the longest time counts.</summary>
internal sealed class QueueTimes(StepTimeline timeline)
{
    private readonly List<double> _times = [];
    private readonly Dictionary<int, double> _longest = [];

    /// <summary>The recorded times of the steps from one position to another (exclusive), one for each request; valid until the next call.</summary>
    public ReadOnlySpan<double> Of(int start, int end)
    {
        _times.Clear();
        if (end == start + 1)
        {
            foreach (int row in timeline.RowsOf(start))
                if (timeline.RowAt(row).QueueTimeMs is var time && !double.IsNaN(time))
                    _times.Add(time);
        }
        else
        {
            _longest.Clear();
            for (int position = start; position < end; position++)
            {
                foreach (int row in timeline.RowsOf(position))
                {
                    ref readonly MemberData member = ref timeline.RowAt(row);
                    if (!double.IsNaN(member.QueueTimeMs))
                        _longest[member.Request] = Math.Max(_longest.GetValueOrDefault(member.Request), member.QueueTimeMs);
                }
            }

            _times.AddRange(_longest.Values);
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_times);
    }
}
