using System.Runtime.CompilerServices;
using PlanForensics.Contracts;

namespace PlanForensics.Regimes;

/// <summary>The values from which a regime is decided; null is "not recorded". Numbers are finite and not negative.</summary>
public readonly record struct RegimeInputs
{
    /// <summary>Isolation mode, in the stack's words.</summary>
    public string? IsolationMode { get; init; }

    /// <summary>Free device memory, in MB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? VramFreeMb { get; init => field = Check(value); }

    /// <summary>Memory pinned by replication, in MB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? ReplicationPinnedMb { get; init => field = Check(value); }

    /// <summary>Memory pinned by checkpoints, in MB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? CheckpointPinnedMb { get; init => field = Check(value); }

    /// <summary>Size of the KV pool, in MB.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? KvPoolMb { get; init => field = Check(value); }

    /// <summary>Whether blocks or weights moved between device and host.</summary>
    public bool? PagingActive { get; init; }

    /// <summary>95th percentile (nearest rank) of queue times, in milliseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite or negative.</exception>
    public double? QueueP95Ms { get; init => field = Check(value); }

    /// <summary>
    /// Free memory less both pins, in MB, in double precision: (free - replication) - checkpoint; negative where pins exceed what is free; a pin that was not recorded counts as 0;
    /// null when the free memory was not recorded.
    /// </summary>
    public double? EffectiveFreeMb => VramFreeMb - (ReplicationPinnedMb ?? 0) - (CheckpointPinnedMb ?? 0);

    /// <summary><see cref="EffectiveFreeMb"/> over the KV pool, one division in double precision; 1 for an empty pool; null when either was not recorded.</summary>
    public double? FreeRatio => KvPoolMb == 0 ? 1 : EffectiveFreeMb / KvPoolMb;

    /// <summary>The inputs of one request's state; its queue time is the only sample of the percentile.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The inputs.</returns>
    public static RegimeInputs Of(StepState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new RegimeInputs
        {
            IsolationMode = state.IsolationMode,
            VramFreeMb = state.VramFreeMb,
            ReplicationPinnedMb = state.ReplicationPinnedMb,
            CheckpointPinnedMb = state.CheckpointPinnedMb,
            KvPoolMb = state.KvPoolMb,
            PagingActive = state.PagingActive,
            QueueP95Ms = state.QueueTimeMs,
        };
    }

    /// <summary>Inputs that were not recorded.</summary>
    public RegimeInput Unrecorded =>
        (IsolationMode is null ? RegimeInput.IsolationMode : 0) | (VramFreeMb is null ? RegimeInput.VramFreeMb : 0)
        | (ReplicationPinnedMb is null ? RegimeInput.ReplicationPinnedMb : 0) | (CheckpointPinnedMb is null ? RegimeInput.CheckpointPinnedMb : 0)
        | (KvPoolMb is null ? RegimeInput.KvPoolMb : 0) | (PagingActive is null ? RegimeInput.PagingActive : 0) | (QueueP95Ms is null ? RegimeInput.QueueTimeMs : 0);

    private static double? Check(double? value, [CallerMemberName] string name = "") => value is null || (double.IsFinite(value.Value) && value >= 0)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and 0 or more");
}
