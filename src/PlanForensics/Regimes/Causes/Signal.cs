using PlanForensics.Contracts;

namespace PlanForensics.Regimes.Causes;

/// <summary>Where one kind of event began and how long it held, along the iterations of a replica.</summary>
internal sealed class Signal
{
    private readonly sbyte[] _state;
    private readonly Func<int, string> _evidence;

    /// <param name="kind">The event.</param>
    /// <param name="state">For each iteration 1 (holds), 0 (does not), -1 (not recorded).</param>
    /// <param name="isPulse">Whether the event is a change that takes no time, so that its length says nothing.</param>
    /// <param name="evidence">What the records show at an iteration.</param>
    /// <param name="fields">What it is decided from.</param>
    public Signal(CauseEvent kind, sbyte[] state, bool isPulse, Func<int, string> evidence, params ReadOnlySpan<string> fields)
    {
        (Event, _state, _evidence, Fields) = (kind, state, evidence, ValueList.Create(fields));
        List<Onset> onsets = [];
        int recorded = 0, held = 0;
        for (int index = 0; index < state.Length; index++)
        {
            recorded += state[index] >= 0 ? 1 : 0;
            held += state[index] == 1 ? 1 : 0;
            if (state[index] != 1 || index == 0 || (isPulse ? state[index - 1] < 0 : state[index - 1] != 0))
                continue;
            int end = index + 1;
            while (!isPulse && end < state.Length && state[end] == 1)
                end++;
            onsets.Add(new Onset(index, end - index));
        }

        Onsets = onsets;
        IsRecorded = recorded > 0;
        Rate = recorded == 0 ? 0 : (double)onsets.Count / recorded;
        Share = recorded == 0 ? 0 : (double)held / recorded;
        HeldThroughout = recorded > 1 && held >= 0.9 * recorded;
    }

    public CauseEvent Event { get; }

    public ValueList<string> Fields { get; }

    /// <summary>The rank that it is about; null for all.</summary>
    public int? Rank { get; init; }

    /// <summary>Where it began: held, and did not in the iteration before, which was recorded.</summary>
    public IReadOnlyList<Onset> Onsets { get; }

    public bool IsRecorded { get; }

    public bool HeldThroughout { get; }

    /// <summary>Onsets a recorded iteration.</summary>
    public double Rate { get; }

    /// <summary>Part of the recorded iterations in which it held.</summary>
    public double Share { get; }

    public string EvidenceAt(int iteration) => _evidence(iteration);

    /// <summary>The first onset from one iteration to another, both included.</summary>
    public Onset? Find(int from, int to)
    {
        int low = 0, high = Onsets.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Onsets[middle].Iteration < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low < Onsets.Count && Onsets[low].Iteration <= to ? Onsets[low] : null;
    }

    /// <summary>Whether any iteration of a range was recorded.</summary>
    public bool IsRecordedIn(int from, int to)
    {
        for (int index = Math.Max(0, from); index <= to && index < _state.Length; index++)
            if (_state[index] >= 0)
                return true;
        return false;
    }

    public bool HoldsAt(int iteration) => _state[iteration] == 1;
}
