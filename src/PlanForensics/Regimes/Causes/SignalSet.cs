using System.Globalization;
using PlanForensics.Contracts;
using PlanForensics.Plans;
using PlanForensics.Regimes.Cost;

namespace PlanForensics.Regimes.Causes;

/// <summary>The events of one replica, each looked for once.</summary>
internal sealed class SignalSet(ReplicaTable table, RankTimes times, CauseOptions options, RegimeHistory history)
{
    private const int LeastOfSize = 8;

    private readonly Dictionary<(CauseEvent Event, int Rank), Signal> _signals = [];
    private int[]? _classes;
    private HashSet<(int Index, int Rank)>? _again;

    public ReplicaTable Table => table;

    /// <summary>The signal of an event, of one rank where the event is a rank's.</summary>
    public Signal Of(CauseEvent kind, int rank = -1)
    {
        if (!_signals.TryGetValue((kind, rank), out Signal? signal))
            _signals[(kind, rank)] = signal = Make(kind, rank);
        return signal;
    }

    private Signal Make(CauseEvent kind, int rank) => kind switch
    {
        CauseEvent.RankFallback => new RankSignals(table, times, options).Fallback(rank),
        CauseEvent.RankSlow => new RankSignals(table, times, options).Slow(rank),
        CauseEvent.CollectiveInflated => Inflated(kind, Values(step => step.CommTimeMs), options.CollectiveFactor, "comm_time_ms"),
        CauseEvent.StepSlow => Inflated(kind, Values(step => times.Of(step).TotalMs ?? step.GpuTimeMs), options.SlowStepFactor, "gpu_time_ms"),
        CauseEvent.StepLonger => Departs(kind, Values(step => times.Of(step).TotalMs ?? step.GpuTimeMs), (time, usual) => time > usual * options.SlowStepFactor, "{0:0.###} ms after {1:0.###} ms", "gpu_time_ms"),
        CauseEvent.BatchDropped => Departs(kind, Values(step => step.BatchSize), (batch, usual) => usual - batch >= Math.Max(2, usual * options.BatchChange), "batch of {0:0.#} after {1:0.#}", "batch_size"),
        CauseEvent.BatchChanged => Departs(kind, Values(step => step.BatchSize), (batch, usual) => Math.Abs(batch - usual) >= Math.Max(2, usual * options.BatchChange), "batch of {0:0.#} after {1:0.#}", "batch_size"),
        CauseEvent.L2HitRateFell => Departs(kind, Least(step => step.L2HitRate), (rate, usual) => rate <= usual - options.L2Fall, "L2 hit rate {0:0.###} after {1:0.###}", "l2_hit_rate"),
        CauseEvent.PinsRose => Pins(),
        CauseEvent.Evicted => Memory(kind, step => step.PagingActive, ["swap", "evict", "preempt", "paging"], "paging_active", "kv_regime"),
        CauseEvent.Recomputed => Memory(kind, Again, ["recompute"], "kv_regime"),
        CauseEvent.ShapeClassChanged => Changes(kind, SizeClasses.ShapeOf, step => FormattableString.Invariant($"{PlanNames.Of(step.Phase)} with {(step.PaddedBatch is { } padded ? $"{padded} padded rows" : $"{step.Tokens} tokens")}"), "padded_batch", "batch_tokens"),
        CauseEvent.TacticChanged => Changes(kind, Tactic(), TacticText, "algorithm_id", "library_config", "kernel_variant", "plan_fingerprint"),
        CauseEvent.PostureChanged => Posture(),
        _ => Crossings(),
    };

    private double[] Values(Func<EngineStep, double?> value) => [.. Enumerable.Range(0, table.Count).Select(index => table.Most(index, value))];

    private double[] Least(Func<EngineStep, double?> value) => [.. Values(step => -value(step)).Select(one => -one)];

    private Signal Inflated(CauseEvent kind, double[] values, double factor, string field)
    {
        _classes ??= [.. Enumerable.Range(0, table.Count).Select(index => SizeClasses.Of(table.First(index)))];
        double[] usual = Baselines.ByClass(values, _classes, LeastOfSize);
        sbyte[] state = [.. values.Select((value, index) => double.IsNaN(value) || double.IsNaN(usual[index]) ? (sbyte)-1 : value > factor * usual[index] ? (sbyte)1 : (sbyte)0)];
        return new Signal(kind, state, false, index => Invariant($"{values[index]:0.###} ms, {values[index] / usual[index]:0.##} times the {usual[index]:0.###} ms of steps of its size"), field, "batch_tokens");
    }

    private Signal Departs(CauseEvent kind, double[] values, Func<double, double, bool> leaves, string format, string field)
    {
        sbyte[] state = Baselines.Departures(values, options.BaselineIterations, leaves, out double[] usual);
        return new Signal(kind, state, false, index => string.Format(CultureInfo.InvariantCulture, format, values[index], usual[index]), field);
    }

    private Signal Pins()
    {
        double[] pinned = Values(step => step.ReplicationPinnedMb is null && step.CheckpointPinnedMb is null ? null : (step.ReplicationPinnedMb ?? 0) + (step.CheckpointPinnedMb ?? 0));
        double pool = table.Count == 0 ? double.NaN : Values(step => step.KvPoolMb).Max();
        double rise = double.IsNaN(pool) ? 64 : Math.Max(1, pool * options.PinRise);
        sbyte[] state = Baselines.Departures(pinned, options.BaselineIterations, (value, usual) => value >= usual + rise, out double[] before);
        return new Signal(CauseEvent.PinsRose, state, false, index => Invariant($"{pinned[index]:0.#} MB pinned after {before[index]:0.#} MB (replication {Most(index, step => step.ReplicationPinnedMb):0.#}, checkpoint {Most(index, step => step.CheckpointPinnedMb):0.#})"), "replication_pinned_mb", "checkpoint_pinned_mb");
    }

    private double Most(int index, Func<EngineStep, double?> value) => table.Most(index, value) is var most && double.IsNaN(most) ? 0 : most;

    private Signal Memory(CauseEvent kind, Func<EngineStep, bool?> flag, string[] words, params ReadOnlySpan<string> fields)
    {
        sbyte[] state = new sbyte[table.Count];
        for (int index = 0; index < state.Length; index++)
        {
            state[index] = -1;
            foreach (EngineStep step in table.StepsOf(index))
            {
                bool? named = step.KvRegime is { } regime ? Array.Exists(words, word => regime.Contains(word, StringComparison.OrdinalIgnoreCase)) : null;
                bool? flagged = flag(step);
                sbyte says = named == true || flagged == true ? (sbyte)1 : named is null && flagged is null ? (sbyte)-1 : (sbyte)0;
                state[index] = Math.Max(state[index], says);
            }
        }

        return new Signal(kind, state, false, index => kind == CauseEvent.Evicted
            ? $"{(table.StepsOf(index).Any(step => step.PagingActive == true) ? "paging is active" : "")}{(table.First(index).KvRegime is { } regime ? $" (kv_regime {regime})" : "")}".Trim()
            : Again(table.First(index)) == true ? "a request that had decoded is prefilled again" : $"kv_regime {table.First(index).KvRegime}", fields);
    }

    /// <summary>Whether a request of the step is in prefill that had decoded before; null where the batch has requests that were not recorded.</summary>
    private bool? Again(EngineStep step)
    {
        _again ??= Recomputes();
        return _again.Contains((step.Index, step.Rank)) ? true : step.BatchSize == step.MemberCount ? false : null;
    }

    private HashSet<(int Index, int Rank)> Recomputes()
    {
        HashSet<string> decoded = [];
        HashSet<(int Index, int Rank)> again = [];
        for (int index = 0; index < table.Count; index++)
        {
            EngineStep step = table.First(index);
            foreach (EngineStepMember member in step.Members)
            {
                if (member.Phase == ExecutionPhase.Decode)
                    decoded.Add(member.RequestId);
                else if (decoded.Contains(member.RequestId))
                    again.Add((step.Index, step.Rank));
            }
        }

        return again;
    }

    private Signal Changes(CauseEvent kind, Func<EngineStep, long> key, Func<EngineStep, string> name, params ReadOnlySpan<string> fields)
    {
        sbyte[] state = new sbyte[table.Count];
        long before = -1;
        for (int index = 0; index < state.Length; index++)
        {
            long now = key(table.First(index));
            state[index] = now < 0 ? (sbyte)-1 : before >= 0 && before != now ? (sbyte)1 : (sbyte)0;
            before = now;
        }

        return new Signal(kind, state, true, index => $"{name(table.First(index - 1))} -> {name(table.First(index))}", fields);
    }

    /// <summary>A number for each tactic; -1 where nothing of it is recorded. Iterations of equal profiles share it.</summary>
    private static Func<EngineStep, long> Tactic()
    {
        Dictionary<int, int> bySet = [];
        Dictionary<(string?, ValueList<int>?, string?, string?), int> numbers = [];
        return step =>
        {
            if (bySet.TryGetValue(step.ProfileSet, out int known))
                return known;
            StepState profile = step.Profiles[0];
            (string? AlgorithmId, ValueList<int>? LibraryConfig, string? KernelVariant, string? PlanFingerprint) key = (profile.AlgorithmId, profile.LibraryConfig, profile.KernelVariant, profile.PlanFingerprint);
            int number = key == (null, null, null, null) ? -1 : numbers.TryGetValue(key, out int found) ? found : numbers[key] = numbers.Count;
            return bySet[step.ProfileSet] = number;
        };
    }

    private static string TacticText(EngineStep step)
    {
        StepState profile = step.Profiles[0];
        string[] parts = [.. new[] { profile.AlgorithmId is { } id ? $"algorithm {id}" : null, profile.KernelVariant, profile.PlanFingerprint is { } print ? $"plan {print[..8]}" : null }.OfType<string>()];
        return parts.Length > 0 ? string.Join(", ", parts) : "another configuration";
    }

    private Signal Posture()
    {
        sbyte[] state = new sbyte[table.Count];
        (string? Mode, bool? Shared) first = default;
        for (int index = 0; index < state.Length; index++)
        {
            StepState profile = table.First(index).Profiles[0];
            (string? Mode, bool? Shared) now = (profile.IsolationMode, profile.CrossTenantBatching);
            if (now == (null, null))
            {
                state[index] = -1;
                continue;
            }

            if (first == default)
                first = now;
            state[index] = now == first ? (sbyte)0 : (sbyte)1;
        }

        return new Signal(CauseEvent.PostureChanged, state, false, index => $"{Name(index - 1)} -> {Name(index)}", "isolation_mode", "cross_tenant_batching");

        string Name(int index)
        {
            StepState profile = table.First(index).Profiles[0];
            return $"isolation {profile.IsolationMode ?? "not recorded"}{(profile.CrossTenantBatching is { } shared ? $", batches across tenants {(shared ? "on" : "off")}" : "")}";
        }
    }

    private Signal Crossings()
    {
        Dictionary<int, RegimeTransition> byIndex = history.Transitions.Where(transition => transition.Step.Replica == table.Replica && transition.From != Regime.Unknown && transition.To != Regime.Unknown)
            .DistinctBy(transition => transition.Step.Index).ToDictionary(transition => transition.Step.Index);
        sbyte[] state = [.. Enumerable.Range(0, table.Count).Select(index => byIndex.ContainsKey(table.First(index).Index) ? (sbyte)1 : history.RegimeOf(table.First(index)) == Regime.Unknown ? (sbyte)-1 : (sbyte)0)];
        return new Signal(CauseEvent.RegimeCrossed, state, true, index =>
        {
            RegimeTransition transition = byIndex[table.First(index).Index];
            return $"{RegimeNames.NameOf(transition.From)} -> {RegimeNames.NameOf(transition.To)}: {transition.Crossing}";
        }, "vram_free_mb", "kv_pool_mb", "queue_time_ms");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
