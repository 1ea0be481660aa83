namespace PlanForensics.Regimes;

/// <summary>Walks the rules in order of precedence and remembers which were left open.</summary>
/// <param name="absent">Inputs that were not recorded and are taken for absent.</param>
/// <param name="unknown">Inputs that were not recorded and may be anything.</param>
internal struct RegimeWalk(RegimeInput absent, RegimeInput unknown)
{
    private int _possible;
    private RegimeInput _missing;
    private RegimeInput _assumed;

    public RegimeVerdict Verdict { get; private set; }

    /// <summary>Takes a rule; true when no later rule matters.</summary>
    /// <param name="regime">What the rule says.</param>
    /// <param name="applies">Whether it applies, by what was recorded.</param>
    /// <param name="needs">What it must know to be sure.</param>
    public bool Decides(Regime regime, bool applies, RegimeInput needs)
    {
        _assumed |= absent & needs;
        RegimeInput open = unknown & needs;
        if (open == RegimeInput.None && !applies)
            return false;
        _possible |= 1 << (int)regime;
        _missing |= open;
        if (open != RegimeInput.None)
            return false;
        Verdict = _missing == RegimeInput.None
            ? new RegimeVerdict(regime, RegimeInput.None, _assumed)
            : new RegimeVerdict(Regime.Unknown, _missing, _assumed) { PossibleMask = _possible };
        return true;
    }
}
