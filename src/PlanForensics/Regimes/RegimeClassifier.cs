using PlanForensics.Contracts;

namespace PlanForensics.Regimes;

/// <summary>
/// Says in which regime a step ran. Precedence: strict isolation; effective free memory over the KV pool below its limit (memory evaporation); paging; effective free
/// memory below its limit (pressured); 95th percentile of queue times above its limit (degraded queue); else normal. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// An input that was not recorded leaves a rule open. A regime is named only when every rule before it is known not to apply; otherwise it is
/// <see cref="Regime.Unknown"/>, with the regimes that remain possible and the inputs that would decide. <see cref="RegimeThresholds.Unrecorded"/> says which absences are taken for "none".
/// </remarks>
public sealed class RegimeClassifier
{
    /// <summary>Creates a classifier.</summary>
    /// <param name="thresholds">The limits; null for the defaults.</param>
    public RegimeClassifier(RegimeThresholds? thresholds = null) => Thresholds = thresholds ?? new RegimeThresholds();

    /// <summary>The limits.</summary>
    public RegimeThresholds Thresholds { get; }

    /// <summary>Classifies values.</summary>
    /// <param name="inputs">The values.</param>
    /// <returns>The verdict; with <see cref="UnrecordedInput.AbsentFeatures"/> a feature that is null counts as absent.</returns>
    public RegimeVerdict Classify(in RegimeInputs inputs) => Classify(inputs, RegimeInput.Features);

    /// <summary>Classifies one request's state; its queue time is the only sample of the percentile.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The verdict.</returns>
    public RegimeVerdict Classify(StepState state) => Classify(RegimeInputs.Of(state));

    /// <summary>Names the regime of one request's state, as <c>RecorderOptions.RegimeOf</c> wants it.</summary>
    /// <param name="state">The state.</param>
    /// <returns>For example <c>memory_pressured</c>; <c>unknown</c> when it is undecidable.</returns>
    public string NameOf(StepState state) => RegimeNames.NameOf(Classify(state).Regime);

    /// <summary>Classifies every step of a timeline.</summary>
    /// <param name="timeline">The timeline.</param>
    /// <returns>Regimes, fabric regimes and transitions.</returns>
    public RegimeHistory Classify(StepTimeline timeline)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        return new RegimeHistory(timeline, this);
    }

    /// <summary>
    /// Classifies a fabric. Degraded when the median or 99th percentile of inflation, the skew or the retransmits are above the limits of that regime; else congested by
    /// its limits; else normal. A value that was not recorded does not contribute; without times of collectives nothing is called normal.
    /// </summary>
    /// <param name="inputs">The values.</param>
    /// <returns>The regime.</returns>
    public FabricRegime Classify(in FabricInputs inputs)
    {
        FabricThresholds limits = Thresholds.Fabric;
        if (inputs.InflationP50 > limits.DegradedP50 || inputs.InflationP99 > limits.DegradedP99 || inputs.SkewP95 > limits.DegradedSkew
            || inputs.Retransmits > limits.DegradedRetransmits)
            return FabricRegime.Degraded;
        if (inputs.InflationP95 > limits.CongestedP95 || inputs.InflationP99 > limits.CongestedP99 || inputs.SkewP95 > limits.CongestedSkew
            || inputs.Retransmits > limits.CongestedRetransmits)
            return FabricRegime.Congested;
        return inputs.InflationP50 is not null ? FabricRegime.Normal : inputs.HasCollective == false ? FabricRegime.None : FabricRegime.Unknown;
    }

    /// <summary>Classifies values; of the features, only those named may be taken for absent.</summary>
    internal RegimeVerdict Classify(in RegimeInputs inputs, RegimeInput assumable)
    {
        RegimeInput absent = inputs.Unrecorded & Thresholds.Unrecorded switch
        {
            UnrecordedInput.AbsentFeatures => assumable & RegimeInput.Features,
            UnrecordedInput.Ignored => ~RegimeInput.None,
            _ => RegimeInput.None,
        };
        RegimeWalk walk = new(absent, inputs.Unrecorded & ~absent);
        RegimeInput free = RegimeInput.VramFreeMb | RegimeInput.ReplicationPinnedMb | RegimeInput.CheckpointPinnedMb;
        // A pin can only lower the free memory: where it is below the limit without one, the missing pin does not matter. An empty pool is ratio 1 whatever is free.
        bool evaporates = inputs.FreeRatio < Thresholds.EvaporationRatio;
        bool presses = inputs.EffectiveFreeMb < Thresholds.PressuredFreeMb;
        return walk.Decides(Regime.IsolationStrict, IsStrict(inputs.IsolationMode), RegimeInput.IsolationMode)
            || walk.Decides(Regime.MemoryEvaporation, evaporates, evaporates || inputs.KvPoolMb == 0 ? RegimeInput.None : free | RegimeInput.KvPoolMb)
            || walk.Decides(Regime.Paging, inputs.PagingActive == true, RegimeInput.PagingActive)
            || walk.Decides(Regime.MemoryPressured, presses, presses ? RegimeInput.None : free)
            || walk.Decides(Regime.QueueDegraded, inputs.QueueP95Ms > Thresholds.QueueP95Ms, RegimeInput.QueueTimeMs)
            || walk.Decides(Regime.Normal, true, RegimeInput.None)
            ? walk.Verdict
            : throw new InvalidOperationException("the last rule always applies");
    }

    internal bool IsStrict(string? mode) => mode is not null && Thresholds.StrictIsolationModes.Contains(mode.Trim(), StringComparer.OrdinalIgnoreCase);
}
