using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;
using PlanForensics.Rules.CublasLt;
using PlanForensics.Simulation.Dispatch;

namespace PlanForensics.Simulation.Batching;

/// <summary>Writes a simulated step as an engine would record it.</summary>
internal sealed class StepRecord(SimulationOptions options, IEngineRunSink sink, DateTimeOffset startedAt)
{
    private readonly Dictionary<(DispatchChoice Choice, bool IsStrict), StepState> _profiles = [];
    private readonly double _blockMb = options.BlockBytes / (1 << 20);
    private readonly double _poolMb = options.PoolBlocks * options.BlockBytes / (1 << 20);
    private (double Replication, double Checkpoint) _pinned;
    private (ulong Identity, string Text) _fingerprint = (0, "0000000000000000");

    public void Pin(double replicationMb, double checkpointMb) => _pinned = (replicationMb, checkpointMb);

    /// <summary>The library's workspace, or what is left of memory where that is less.</summary>
    public long WorkspaceFree(BlockPool pool) => Math.Min(options.Device.WorkspaceBytes, (long)(Math.Max(pool.Free, 0) * options.BlockBytes));

    public void Write(int ordinal, long ticks, StepBatch batch, DispatchChoice choice, StepTimes times, BlockPool pool, bool isStrict, bool preempted, bool isFabricSlow)
    {
        if (_fingerprint.Identity != batch.Identity)
            _fingerprint = (batch.Identity, batch.Fingerprint);
        StepState profile = ProfileOf(choice, isStrict);
        double kvBytes = options.Model.KeyValueBytesPerToken * batch.ContextTokens / options.TensorParallel;
        for (int rank = 0; rank < options.TensorParallel; rank++)
        {
            double commMs = times.TransferMs + (times.SlowestMs - times.ComputeMs[rank]);
            StepState state = profile with
            {
                StepIndex = ordinal,
                Rank = rank,
                BatchFingerprint = _fingerprint.Text,
                BatchSize = batch.Size,
                PaddedBatch = batch.IsDecode ? batch.Rows : null,
                BatchTokens = batch.Tokens,
                StartedAt = startedAt.AddTicks(ticks),
                GpuTimeMs = times.ComputeMs[rank] + times.TransferMs,
                VramFreeMb = (pool.Total - pool.Used) * _blockMb,
                WorkspaceFreeBytes = WorkspaceFree(pool),
                KvRegime = preempted || batch.Recomputes ? "recompute" : "paged",
                KvPoolMb = _poolMb,
                KvPoolUsedMb = pool.Used * _blockMb,
                PagingActive = preempted,
                L2HitRate = options.Device.L2Bytes / (options.Device.L2Bytes + kvBytes),
                FallbackCount = choice.FallbackCount,
                ReplicationPinnedMb = _pinned.Replication,
                CheckpointPinnedMb = _pinned.Checkpoint,
                Collective = profile.Collective is not { } collective ? null : collective with
                {
                    CommTimeMs = commMs,
                    RankSkewMs = times.SlowestMs - times.FastestMs,
                    EffectiveBandwidthGbPerS = times.CollectiveBytes / (commMs * 1e6),
                    Retransmits = isFabricSlow ? 1 : 0,
                },
            };
            sink.Iteration(new EngineIteration(ordinal, state, profile));
        }
    }

    private StepState ProfileOf(DispatchChoice choice, bool isStrict)
    {
        if (_profiles.TryGetValue((choice, isStrict), out StepState? known))
            return known;
        (ServedModel model, CublasLtConfig config) = (options.Model, choice.Config);
        StepState profile = new()
        {
            StepIndex = 0,
            Phase = ExecutionPhase.Prefill,
            Shape = new StepShape
            {
                QueryLength = 1, KeyLength = 1, Heads = model.Heads, KeyValueHeads = model.KeyValueHeads, HeadDimension = model.HeadDimension, Hidden = model.Hidden,
                TensorParallel = options.TensorParallel,
            },
            PrecisionPath = "bf16*bf16+fp32->bf16",
            AlgorithmId = config.AlgoId?.ToString(System.Globalization.CultureInfo.InvariantCulture),
            LibraryConfig =
            [
                config.AlgoId ?? 0, config.TileId ?? 0, config.SplitKNumber ?? 0, config.ReductionScheme ?? 0, config.CtaSwizzling ?? 0, config.CustomOption ?? 0, config.StagesId ?? 0,
                config.InnerShapeId ?? 0, config.ClusterShapeId ?? 0,
            ],
            KernelVariant = choice.Kernels,
            WorkspaceBytes = options.Device.WorkspaceBytes,
            Device = options.Device.Name,
            SmCount = options.Device.Multiprocessors,
            IsolationMode = isStrict ? "strict" : "none",
            CrossTenantBatching = !isStrict,
            Collective = choice.Collective is { } type ? new CollectiveState { Type = type } : null,
            Plan = choice.Plan.Text,
            PlanFingerprint = choice.Plan.Fingerprint.ToString(),
        };
        _profiles.Add((choice, isStrict), profile);
        return profile;
    }
}
