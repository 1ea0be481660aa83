using System.Numerics;

namespace PlanForensics.Regimes;

/// <summary>Classifies the fabric along the iterations of each replica.</summary>
internal sealed class FabricWalk
{
    private readonly StepTimeline _timeline;
    private readonly RegimeClassifier _classifier;
    private readonly ProfileFacts[] _facts;
    private readonly Dictionary<(int Replica, long Size), double> _typical;
    private readonly ReplicaFabric?[] _replicas;

    public FabricWalk(StepTimeline timeline, RegimeClassifier classifier, ProfileFacts[] facts)
    {
        (_timeline, _classifier, _facts) = (timeline, classifier, facts);
        _replicas = new ReplicaFabric?[timeline.Replicas.Count];
        _typical = FindTypical();
    }

    /// <summary>The regime of an iteration, and the crossing from the one before.</summary>
    public FabricRegime Classify(int start, int end, out RegimeCrossing? crossing, out FabricRegime before)
    {
        ReplicaFabric replica = _replicas[_timeline.DataOf(start).Replica] ??= new ReplicaFabric(_classifier.Thresholds.Fabric.WindowSteps);
        replica.NextStep();
        bool? collective = null;
        (long retransmits, bool hasRetransmits) = (0, false);
        for (int position = start; position < end; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            collective = collective == true ? true : _facts[data.ProfileSet].HasCollective ?? collective;
            if (data.Retransmits >= 0)
                (retransmits, hasRetransmits) = (retransmits + data.Retransmits, true);
            // What a typical collective takes is known from the replica's own record only.
            if (!_typical.TryGetValue((data.Replica, SizeOf(position)), out double typical) || typical <= 0)
                continue;
            if (!double.IsNaN(data.CommTimeMs))
                replica.Inflation.Add(data.CommTimeMs / typical);
            if (!double.IsNaN(data.RankSkewMs))
                replica.Skew.Add(data.RankSkewMs / typical);
        }

        if (hasRetransmits)
            replica.Retransmits.Add(retransmits);
        FabricInputs inputs = replica.Inputs(collective);
        FabricRegime regime = collective == false && inputs.InflationP50 is null ? FabricRegime.None : _classifier.Classify(inputs);
        before = replica.Regime;
        crossing = replica.HasBefore && before != regime ? CrossingOf(before, regime, replica.Before, inputs) : null;
        replica.Keep(regime, inputs);
        return regime;
    }

    private RegimeCrossing CrossingOf(FabricRegime from, FabricRegime to, in FabricInputs before, in FabricInputs after)
    {
        FabricRegime rule = from is FabricRegime.Degraded || to is FabricRegime.Degraded ? FabricRegime.Degraded : FabricRegime.Congested;
        FabricThresholds limits = _classifier.Thresholds.Fabric;
        bool isDegraded = rule == FabricRegime.Degraded;
        (string Name, double? Before, double? After, double Limit)[] values =
        [
            ("inflation_p50", before.InflationP50, after.InflationP50, isDegraded ? limits.DegradedP50 : double.PositiveInfinity),
            ("inflation_p95", before.InflationP95, after.InflationP95, isDegraded ? double.PositiveInfinity : limits.CongestedP95),
            ("inflation_p99", before.InflationP99, after.InflationP99, isDegraded ? limits.DegradedP99 : limits.CongestedP99),
            ("skew_p95", before.SkewP95, after.SkewP95, isDegraded ? limits.DegradedSkew : limits.CongestedSkew),
            ("retransmits", before.Retransmits, after.Retransmits, isDegraded ? limits.DegradedRetransmits : limits.CongestedRetransmits),
        ];
        foreach ((string name, double? was, double? became, double limit) in values)
            if (was > limit != became > limit)
                return new RegimeCrossing(name, Crossings.Text(was), Crossings.Text(became), limit);
        return new RegimeCrossing("comm_time_ms", before.InflationP50 is null ? null : "recorded", after.InflationP50 is null ? null : "recorded");
    }

    private Dictionary<(int, long), double> FindTypical()
    {
        Dictionary<(int, long), List<double>> times = [];
        for (int position = 0; position < _timeline.Steps.Count; position++)
        {
            ref readonly StepData data = ref _timeline.DataOf(position);
            if (double.IsNaN(data.CommTimeMs))
                continue;
            (int, long) key = (data.Replica, SizeOf(position));
            if (!times.TryGetValue(key, out List<double>? known))
                times.Add(key, known = []);
            known.Add(data.CommTimeMs);
        }

        return times.ToDictionary(entry => entry.Key, entry =>
        {
            Span<double> values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entry.Value);
            NearestRank.Select(values, 50);
            return values[NearestRank.PlaceOf(values.Length, 50)];
        });
    }

    /// <summary>Collectives compare with those of their message size, or else of their step's tokens up to the next power of two.</summary>
    private long SizeOf(int position)
    {
        if (_facts[_timeline.DataOf(position).ProfileSet].MessageBytes is >= 0 and var bytes)
            return bytes;
        return _timeline.TokensOf(position) is { } tokens ? -2 - BitOperations.Log2((uint)Math.Max(1, tokens - 1) << 1) : -1;
    }
}
