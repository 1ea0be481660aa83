using System.Globalization;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Engine;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Writes one engine's run; works inside the caller's transaction.</summary>
internal sealed class EngineRunWriter : IEngineRunSink, IDisposable
{
    private const int ColumnCount = 26;
    private readonly ContractWriter _contracts;
    private readonly StepProfiles _profiles;
    private readonly Dictionary<StepState, long> _profileIds = new(ReferenceEqualityComparer.Instance);
    private readonly RawStatement _insertRun;
    private readonly RawStatement _lastKey;
    private readonly RawStatement _insertStep;
    private readonly RawStatement _insertSpan;
    private long _run;

    public EngineRunWriter(SqliteConnection connection, ContractWriter contracts)
    {
        _contracts = contracts;
        _profiles = new StepProfiles(connection);
        _insertRun = new(connection, "INSERT INTO engine_runs (name, origin, rank_count, description) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
        _lastKey = new(connection, "SELECT last_insert_rowid()");
        _insertStep = new(connection, $"INSERT INTO engine_steps VALUES ({string.Join(", ", Enumerable.Repeat("?", ColumnCount))})");
        _insertSpan = new(connection, "INSERT INTO step_spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }

    public long Iterations { get; private set; }

    public long Spans { get; private set; }

    public long Requests { get; private set; }

    /// <summary>Begins the run; false when its name is taken.</summary>
    public bool TryBegin(EngineRun run)
    {
        if (_insertRun.Add(run.Name).Add(run.Origin).Add((long)run.RankCount).Add(StoreJson.Format(run.Description)).Run() == 0)
            return false;
        _run = _lastKey.RunScalar() ?? throw new InvalidOperationException($"the run {run.Name} was inserted and is not there");
        return true;
    }

    public void Iteration(in EngineIteration iteration)
    {
        StepState state = iteration.State;
        CollectiveState? collective = state.Collective;
        _insertStep
            .Add(_run).Add((long)iteration.Ordinal).Add((long)state.Rank).Add(ProfileOf(iteration.Profile))
            .Add(state.BatchFingerprint).Add(state.BatchSize).Add(state.PaddedBatch).Add(state.BatchTokens)
            .AddTime(state.StartedAt).Add(state.GpuTimeMs).Add(state.VramFreeMb).Add(state.WorkspaceFreeBytes)
            .Add(state.KvRegime).Add(state.KvPoolMb).Add(state.KvPoolUsedMb).Add(state.PagingActive).Add(state.L2HitRate)
            .Add(state.FallbackCount).Add(state.DequantizeCount).Add(state.RequantizeCount)
            .Add(state.ReplicationPinnedMb).Add(state.CheckpointPinnedMb)
            .Add(collective?.CommTimeMs).Add(collective?.RankSkewMs).Add(collective?.EffectiveBandwidthGbPerS).Add(collective?.Retransmits)
            .Run();
        Iterations += state.Rank == 0 ? 1 : 0;
    }

    public void Request(ExecutionContract request, IReadOnlyList<StepSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(spans);
        long key = _contracts.Requests.Insert(request, stepCount: 0) ?? throw new RequestTakenException(request.RequestId);
        Requests++;
        foreach (StepSpan span in spans)
        {
            _insertSpan
                .Add(key).Add((long)span.FirstStepIndex).Add((long)span.StepCount).Add(_run).Add((long)span.FirstOrdinal).Add((long)span.Stride)
                .Add(span.Phase == ExecutionPhase.Prefill ? "prefill" : "decode").Add((long)span.QueryLength).Add((long)span.FirstKeyLength)
                .AddTime(span.AdmittedAt).Add(span.QueueTimeMs)
                .Run();
            Spans++;
        }
    }

    public void Dispose()
    {
        _profiles.Dispose();
        _insertRun.Dispose();
        _lastKey.Dispose();
        _insertStep.Dispose();
        _insertSpan.Dispose();
    }

    private long ProfileOf(StepState profile)
    {
        if (!_profileIds.TryGetValue(profile, out long id))
            _profileIds.Add(profile, id = _profiles.IdOf(profile));
        return id;
    }
}
