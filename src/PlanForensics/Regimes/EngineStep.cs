using PlanForensics.Contracts;
using PlanForensics.Plans;

namespace PlanForensics.Regimes;

/// <summary>
/// One engine iteration on one rank: what a batch of requests ran as. Each request of the batch recorded it for itself; here it counts once. A view into its
/// <see cref="StepTimeline"/>: cheap to copy, equal when timeline and position are. Null is "not recorded".
/// </summary>
/// <remarks>
/// Fields that belong to the engine are recorded by every request of the batch and should agree. Where they do not, the worst is taken whatever the order of requests: the
/// least free memory, hit rate and bandwidth, the largest time, pin, count and size, paging if any says so (<see cref="StepTimeline.DisagreeingSteps"/> counts such steps).
/// </remarks>
public readonly record struct EngineStep
{
    private readonly StepTimeline _timeline;

    internal EngineStep(StepTimeline timeline, int position) => (_timeline, Position) = (timeline, position);

    /// <summary>Place in <see cref="StepTimeline.Steps"/>, from 0.</summary>
    public int Position { get; }

    /// <summary>The step index: ordinal of the iteration in its replica, from 0; equal for all ranks of one iteration.</summary>
    public int Index => Data.Index;

    /// <summary>The replica; null when not recorded.</summary>
    public string? Replica => _timeline.Replicas[Data.Replica];

    /// <summary>The rank.</summary>
    public int Rank => Data.Rank;

    /// <summary>When the step began on this rank (UTC): the earliest time that a request of the batch recorded.</summary>
    public DateTimeOffset? StartedAt => Data.StartedTicks < 0 ? null : new DateTimeOffset(Data.StartedTicks, TimeSpan.Zero);

    /// <summary>The requests that took part and were recorded, by request id (ordinal).</summary>
    public IReadOnlyList<EngineStepMember> Members => _timeline.MembersOf(Position);

    /// <summary>How many <see cref="Members"/> there are.</summary>
    public int MemberCount => _timeline.MemberCountOf(Position);

    /// <summary>Whether the batch held both prefill and decode.</summary>
    public bool IsMixed => Data is { HasPrefill: true, HasDecode: true };

    /// <summary>Prefill if any member was in prefill, else decode.</summary>
    public ExecutionPhase Phase => Data.HasPrefill ? ExecutionPhase.Prefill : ExecutionPhase.Decode;

    /// <summary>Largest query length of the members.</summary>
    public int QueryLength => Data.QueryLength;

    /// <summary>Largest context length of the members.</summary>
    public int KeyLength => Data.KeyLength;

    /// <summary>The profiles (slow halves of s) that the members recorded, without repeats: one, unless members ran different kernels.</summary>
    public IReadOnlyList<StepState> Profiles => _timeline.ProfilesOf(Data.ProfileSet);

    /// <summary>Number of <see cref="Profiles"/> within the timeline: equal numbers mean equal sets of profiles.</summary>
    public int ProfileSet => Data.ProfileSet;

    /// <inheritdoc cref="StepState.BatchFingerprint"/>
    public string? BatchFingerprint => _timeline.TextOf(Data.Fingerprint);

    /// <inheritdoc cref="StepState.BatchSize"/>
    public int? BatchSize => StepData.OrNull(Data.BatchSize);

    /// <inheritdoc cref="StepState.PaddedBatch"/>
    public int? PaddedBatch => StepData.OrNull(Data.PaddedBatch);

    /// <inheritdoc cref="StepState.BatchTokens"/>
    public int? BatchTokens => StepData.OrNull(Data.BatchTokens);

    /// <summary>
    /// Rows that entered the projections, M: <see cref="BatchTokens"/>; else, in a pure decode, <see cref="BatchSize"/> times <see cref="QueryLength"/>; else the sum of the
    /// members' query lengths where all members were recorded; else null.
    /// </summary>
    public int? Tokens => _timeline.TokensOf(Position);

    /// <inheritdoc cref="StepState.GpuTimeMs"/>
    public double? GpuTimeMs => StepData.OrNull(Data.GpuTimeMs);

    /// <inheritdoc cref="StepState.VramFreeMb"/>
    public double? VramFreeMb => StepData.OrNull(Data.VramFreeMb);

    /// <inheritdoc cref="StepState.WorkspaceFreeBytes"/>
    public long? WorkspaceFreeBytes => StepData.OrNull(Data.WorkspaceFreeBytes);

    /// <inheritdoc cref="StepState.KvRegime"/>
    public string? KvRegime => _timeline.TextOf(Data.KvRegime);

    /// <inheritdoc cref="StepState.KvPoolMb"/>
    public double? KvPoolMb => StepData.OrNull(Data.KvPoolMb);

    /// <inheritdoc cref="StepState.KvPoolUsedMb"/>
    public double? KvPoolUsedMb => StepData.OrNull(Data.KvPoolUsedMb);

    /// <inheritdoc cref="StepState.PagingActive"/>
    public bool? PagingActive => Data.Paging < 0 ? null : Data.Paging != 0;

    /// <inheritdoc cref="StepState.L2HitRate"/>
    public double? L2HitRate => StepData.OrNull(Data.L2HitRate);

    /// <inheritdoc cref="StepState.FallbackCount"/>
    public int? FallbackCount => StepData.OrNull(Data.FallbackCount);

    /// <inheritdoc cref="StepState.DequantizeCount"/>
    public int? DequantizeCount => StepData.OrNull(Data.DequantizeCount);

    /// <inheritdoc cref="StepState.RequantizeCount"/>
    public int? RequantizeCount => StepData.OrNull(Data.RequantizeCount);

    /// <inheritdoc cref="StepState.ReplicationPinnedMb"/>
    public double? ReplicationPinnedMb => StepData.OrNull(Data.ReplicationPinnedMb);

    /// <inheritdoc cref="StepState.CheckpointPinnedMb"/>
    public double? CheckpointPinnedMb => StepData.OrNull(Data.CheckpointPinnedMb);

    /// <inheritdoc cref="CollectiveState.CommTimeMs"/>
    public double? CommTimeMs => StepData.OrNull(Data.CommTimeMs);

    /// <inheritdoc cref="CollectiveState.RankSkewMs"/>
    public double? RankSkewMs => StepData.OrNull(Data.RankSkewMs);

    /// <inheritdoc cref="CollectiveState.EffectiveBandwidthGbPerS"/>
    public double? EffectiveBandwidthGbPerS => StepData.OrNull(Data.EffectiveBandwidthGbPerS);

    /// <inheritdoc cref="CollectiveState.Retransmits"/>
    public long? Retransmits => StepData.OrNull(Data.Retransmits);

    /// <summary>
    /// The state as a record, made anew at each call: the first of <see cref="Profiles"/> with the engine's fields of this step; step index, phase, shape, queue and admission
    /// time are those of the first member. The time of admission is left out.
    /// </summary>
    public StepState State => _timeline.StateOf(this);

    /// <summary>Names the step.</summary>
    /// <returns>For example <c>step 812 of replica a, rank 0</c>.</returns>
    public override string ToString() =>
        _timeline is null ? "no step" : FormattableString.Invariant($"step {Index}{(Replica is { } name ? $" of replica {name}" : "")}, rank {Rank}");

    internal ref readonly StepData Data => ref _timeline.DataOf(Position);
}
