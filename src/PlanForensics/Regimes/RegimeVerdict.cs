namespace PlanForensics.Regimes;

/// <summary>What a step's regime is, or what is missing to say so.</summary>
/// <param name="Regime">The regime; <see cref="Regime.Unknown"/> when it is undecidable.</param>
/// <param name="Missing">When it is unknown: the inputs that were not recorded and could change it.</param>
/// <param name="Assumed">Inputs that were not recorded and taken for absent (<see cref="UnrecordedInput"/>).</param>
public readonly record struct RegimeVerdict(Regime Regime, RegimeInput Missing = RegimeInput.None, RegimeInput Assumed = RegimeInput.None)
{
    internal int PossibleMask { get; init; }

    /// <summary>The regimes that remain possible, in order of precedence: one when the regime is known.</summary>
    public IReadOnlyList<Regime> Possible
    {
        get
        {
            RegimeVerdict verdict = this;
            return [.. Enum.GetValues<Regime>().Where(regime => verdict.Allows(regime))];
        }
    }

    /// <summary>Whether a regime remains possible.</summary>
    /// <param name="regime">The regime.</param>
    /// <returns>True for the regime itself, and for those of <see cref="Possible"/> when it is unknown.</returns>
    public bool Allows(Regime regime) => ((Regime == Regime.Unknown ? PossibleMask : 1 << (int)Regime) >> (int)regime & 1) != 0;

    /// <summary>The regime, or why it is unknown.</summary>
    /// <returns>For example <c>unknown: memory_evaporation or paging (kv_pool_mb not recorded)</c>.</returns>
    public override string ToString() => Regime != Regime.Unknown ? RegimeNames.NameOf(Regime)
        : $"unknown: {string.Join(" or ", Possible.Select(RegimeNames.NameOf))} ({string.Join(", ", RegimeNames.NamesOf(Missing))} not recorded)";
}
