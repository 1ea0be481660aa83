using System.Globalization;

namespace PlanForensics.Regimes;

/// <summary>Finds the input that crossed.</summary>
internal static class Crossings
{
    private const RegimeInput Memory = RegimeInput.VramFreeMb | RegimeInput.ReplicationPinnedMb | RegimeInput.CheckpointPinnedMb | RegimeInput.KvPoolMb;

    /// <summary>The input of a rule that began or ceased to apply.</summary>
    public static RegimeCrossing OfRule(Regime rule, in RegimeInputs before, in RegimeInputs after, RegimeThresholds limits, int? rank) => rule switch
    {
        Regime.IsolationStrict => new RegimeCrossing("isolation_mode", before.IsolationMode, after.IsolationMode),
        Regime.MemoryEvaporation => new RegimeCrossing(
            "effective_free_ratio", Text(before.FreeRatio), Text(after.FreeRatio), limits.EvaporationRatio, rank, MovedBy(before, after, static inputs => inputs.FreeRatio)),
        Regime.Paging => new RegimeCrossing("paging_active", Text(before.PagingActive), Text(after.PagingActive)),
        Regime.MemoryPressured => new RegimeCrossing(
            "effective_free_mb", Text(before.EffectiveFreeMb), Text(after.EffectiveFreeMb), limits.PressuredFreeMb, rank, MovedBy(before, after, static inputs => inputs.EffectiveFreeMb)),
        Regime.QueueDegraded => new RegimeCrossing("queue_p95_ms", Text(before.QueueP95Ms), Text(after.QueueP95Ms), limits.QueueP95Ms),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "this regime has no rule of its own"),
    };

    /// <summary>The first input whose absence began or ceased to matter.</summary>
    public static RegimeCrossing OfMissing(RegimeInput missing, in RegimeInputs before, in RegimeInputs after, int? rank)
    {
        RegimeInput changed = missing & (before.Unrecorded ^ after.Unrecorded);
        RegimeInput told = changed == RegimeInput.None ? missing : changed;
        RegimeInput first = (RegimeInput)((int)told & -(int)told);
        return new RegimeCrossing(RegimeNames.NamesOf(first)[0], ValueOf(first, before), ValueOf(first, after), Rank: (first & Memory) == 0 ? null : rank);
    }

    public static string? Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);

    private static string? Text(bool? value) => value is { } truth ? (truth ? "true" : "false") : null;

    private static string? ValueOf(RegimeInput input, in RegimeInputs inputs) => input switch
    {
        RegimeInput.IsolationMode => inputs.IsolationMode,
        RegimeInput.VramFreeMb => Text(inputs.VramFreeMb),
        RegimeInput.ReplicationPinnedMb => Text(inputs.ReplicationPinnedMb),
        RegimeInput.CheckpointPinnedMb => Text(inputs.CheckpointPinnedMb),
        RegimeInput.KvPoolMb => Text(inputs.KvPoolMb),
        RegimeInput.PagingActive => Text(inputs.PagingActive),
        _ => Text(inputs.QueueP95Ms),
    };

    /// <summary>The component whose change alone moves the value furthest the way it went.</summary>
    private static CrossingComponent? MovedBy(RegimeInputs before, RegimeInputs after, Func<RegimeInputs, double?> value)
    {
        if (value(before) is not { } from || value(after) is not { } to || from == to)
            return null;
        (string Name, double? Before, double? After, RegimeInputs Alone)[] parts =
        [
            ("vram_free_mb", before.VramFreeMb, after.VramFreeMb, before with { VramFreeMb = after.VramFreeMb }),
            ("replication_pinned_mb", before.ReplicationPinnedMb ?? 0, after.ReplicationPinnedMb ?? 0, before with { ReplicationPinnedMb = after.ReplicationPinnedMb }),
            ("checkpoint_pinned_mb", before.CheckpointPinnedMb ?? 0, after.CheckpointPinnedMb ?? 0, before with { CheckpointPinnedMb = after.CheckpointPinnedMb }),
            ("kv_pool_mb", before.KvPoolMb, after.KvPoolMb, before with { KvPoolMb = after.KvPoolMb }),
        ];
        (CrossingComponent? best, double furthest) = (null, 0);
        foreach ((string name, double? was, double? became, RegimeInputs alone) in parts)
        {
            double way = ((value(alone) ?? from) - from) * Math.Sign(to - from);
            if (was is { } first && became is { } last && way > furthest)
                (best, furthest) = (new CrossingComponent(name, first, last), way);
        }

        return best;
    }
}
