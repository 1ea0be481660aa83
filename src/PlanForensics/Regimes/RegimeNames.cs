namespace PlanForensics.Regimes;

/// <summary>The names of regimes in text and JSON.</summary>
public static class RegimeNames
{
    private static readonly string[] Names = ["unknown", "isolation_strict", "memory_evaporation", "paging", "memory_pressured", "queue_degraded", "normal"];

    private static readonly string[] FabricNames = ["unknown", "none", "degraded", "congested", "normal"];

    /// <summary>The name of a regime.</summary>
    /// <param name="regime">The regime.</param>
    /// <returns>For example <c>memory_evaporation</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No regime.</exception>
    public static string NameOf(Regime regime) =>
        (uint)regime < (uint)Names.Length ? Names[(int)regime] : throw new ArgumentOutOfRangeException(nameof(regime), regime, "no regime has this number");

    /// <summary>The name of a fabric regime.</summary>
    /// <param name="regime">The regime.</param>
    /// <returns>For example <c>congested</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No regime.</exception>
    public static string NameOf(FabricRegime regime) =>
        (uint)regime < (uint)FabricNames.Length ? FabricNames[(int)regime] : throw new ArgumentOutOfRangeException(nameof(regime), regime, "no fabric regime has this number");

    /// <summary>The contract's field names of inputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <returns>For example <c>vram_free_mb</c>, <c>kv_pool_mb</c>.</returns>
    public static IReadOnlyList<string> NamesOf(RegimeInput inputs)
    {
        (RegimeInput Input, string Name)[] names =
        [
            (RegimeInput.IsolationMode, "isolation_mode"), (RegimeInput.VramFreeMb, "vram_free_mb"), (RegimeInput.ReplicationPinnedMb, "replication_pinned_mb"),
            (RegimeInput.CheckpointPinnedMb, "checkpoint_pinned_mb"), (RegimeInput.KvPoolMb, "kv_pool_mb"), (RegimeInput.PagingActive, "paging_active"),
            (RegimeInput.QueueTimeMs, "queue_time_ms"),
        ];
        return [.. names.Where(entry => (inputs & entry.Input) != 0).Select(entry => entry.Name)];
    }

    /// <summary>Reads the name of a regime.</summary>
    /// <param name="name">For example <c>memory_evaporation</c>; ordinal, lower case.</param>
    /// <param name="regime">The regime.</param>
    /// <returns>Whether the name is one.</returns>
    public static bool TryParse(string? name, out Regime regime)
    {
        int index = Array.IndexOf(Names, name);
        regime = (Regime)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>Reads the name of a fabric regime.</summary>
    /// <param name="name">For example <c>congested</c>; ordinal, lower case.</param>
    /// <param name="regime">The regime.</param>
    /// <returns>Whether the name is one.</returns>
    public static bool TryParse(string? name, out FabricRegime regime)
    {
        int index = Array.IndexOf(FabricNames, name);
        regime = (FabricRegime)Math.Max(0, index);
        return index >= 0;
    }
}
