namespace PlanForensics.Regimes;

/// <summary>What the walk remembers of a replica from one iteration to the next.</summary>
internal sealed class ReplicaWalk(RegimeThresholds thresholds)
{
    private List<(int Rank, RegimeInputs Inputs)> _now = [];
    private List<(int Rank, RegimeInputs Inputs)> _then = [];
    private List<RegimeVerdict> _verdicts = [];
    private int _decidingNow;
    private int _decidingThen;
    private bool _hasBefore;
    private RegimeVerdict _verdict;

    /// <summary>Features that some step of the replica recorded.</summary>
    public RegimeInput RecordedFeatures { get; set; }

    public SampleWindow Queue { get; } = new(thresholds.QueueWindowSteps);

    /// <summary>The verdict of the iteration before.</summary>
    public RegimeVerdict Before { get; private set; }

    public void BeginIteration()
    {
        (_now, _then) = (_then, _now);
        _now.Clear();
        _verdicts.Clear();
        (Before, _decidingThen, _hasBefore) = (_verdict, _decidingNow, _then.Count > 0);
    }

    public void Add(int rank, in RegimeInputs inputs, RegimeVerdict verdict)
    {
        _now.Add((rank, inputs));
        _verdicts.Add(verdict);
    }

    /// <summary>The first regime in precedence of all ranks; a rank that recorded nothing of its memory says nothing where another did.</summary>
    public RegimeVerdict Conclude()
    {
        bool someMemory = _now.Exists(static entry => HasMemory(entry.Inputs));
        (int best, RegimeVerdict open) = (-1, default);
        for (int index = 0; index < _now.Count; index++)
        {
            RegimeVerdict verdict = _verdicts[index];
            if (someMemory && !HasMemory(_now[index].Inputs))
                continue;
            if (verdict.Regime == Regime.Unknown)
                open = new RegimeVerdict(Regime.Unknown, open.Missing | verdict.Missing, open.Assumed | verdict.Assumed) { PossibleMask = open.PossibleMask | verdict.PossibleMask };
            else if (best < 0 || verdict.Regime < _verdicts[best].Regime)
                best = index;
        }

        if (best < 0)
        {
            (_decidingNow, _verdict) = (0, open);
            return open;
        }

        RegimeVerdict decided = _verdicts[best];
        int worse = open.PossibleMask & ((1 << (int)decided.Regime) - 1);
        (_decidingNow, _verdict) = (best, worse == 0 ? decided
            : new RegimeVerdict(Regime.Unknown, open.Missing, open.Assumed | decided.Assumed) { PossibleMask = worse | (1 << (int)decided.Regime) });
        return _verdict;
    }

    /// <summary>The crossing from the iteration before to this one; null when the regime is the same, or this is the first.</summary>
    public RegimeCrossing? FindCrossing(RegimeThresholds limits)
    {
        if (!_hasBefore || Before.Regime == _verdict.Regime)
            return null;
        bool entered = Before.Regime == Regime.Unknown || (_verdict.Regime != Regime.Unknown && _verdict.Regime < Before.Regime);
        int rank = entered ? _now[_decidingNow].Rank : _then[_decidingThen].Rank;
        RegimeInputs before = InputsOf(_then, rank, _decidingThen);
        RegimeInputs after = InputsOf(_now, rank, _decidingNow);
        int? named = _now.Count > 1 ? rank : null;
        if (Before.Regime == Regime.Unknown)
            return Crossings.OfMissing(Before.Missing, before, after, named);
        if (_verdict.Regime == Regime.Unknown)
            return Crossings.OfMissing(_verdict.Missing, before, after, named);
        return Crossings.OfRule(entered ? _verdict.Regime : Before.Regime, before, after, limits, named);
    }

    private static RegimeInputs InputsOf(List<(int Rank, RegimeInputs Inputs)> ranks, int rank, int otherwise)
    {
        int index = ranks.FindIndex(entry => entry.Rank == rank);
        return ranks[index < 0 ? otherwise : index].Inputs;
    }

    private static bool HasMemory(in RegimeInputs inputs) => inputs.VramFreeMb is not null || inputs.KvPoolMb is not null;
}
