using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Numerics;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Writes step rows and what hangs on them.</summary>
internal sealed class StepWriter : IDisposable
{
    public const string Columns =
        "request_key, step_index, rank, profile_id, phase, query_length, key_length, batch_fingerprint, batch_size, padded_batch, batch_tokens, "
        + "admitted_at, started_at, admission_time_ms, queue_time_ms, gpu_time_ms, vram_free_mb, workspace_free_bytes, kv_regime, kv_pool_mb, "
        + "kv_pool_used_mb, paging_active, l2_hit_rate, fallback_count, dequantize_count, requantize_count, replication_pinned_mb, "
        + "checkpoint_pinned_mb, comm_time_ms, rank_skew_ms, effective_bandwidth_gb_per_s, retransmits, chosen_token, chosen_token_hash, "
        + "top1_token, top1_format, top1_bits, top1_value, top2_token, top2_format, top2_bits, top2_value, top_k, logits_tensor_id, "
        + "logits_sha256, logits_format, hidden_state_count, captured_tensor_count, extra";

    private static readonly int ColumnCount = Columns.Split(',').Length;

    private readonly StepProfiles _profiles;
    private readonly TensorWriter _tensors;
    private readonly RawStatement _insert;
    private readonly RawStatement _insertHidden;
    private readonly RawStatement _insertCaptured;

    public StepWriter(SqliteConnection connection, TensorWriter tensors)
    {
        _tensors = tensors;
        _profiles = new StepProfiles(connection);
        _insert = new(connection, $"INSERT INTO steps ({Columns}) VALUES ({string.Join(", ", Enumerable.Repeat("?", ColumnCount))}) ON CONFLICT DO NOTHING");
        _insertHidden = new(connection, "INSERT INTO hidden_states (request_key, step_index, rank, position, layer, point, format, sha256, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _insertCaptured = new(connection, "INSERT INTO captured_tensors (request_key, step_index, rank, position, name, layer, tensor_id, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    }

    /// <summary>Inserts a step; false when the request has a step of that index and rank. A baseline has the state's profile and saves comparing.</summary>
    public bool Insert(long requestKey, StepState state, StepObservation observed, ContractStep? step = null, StepState? baseline = null)
    {
        long profile = _profiles.IdOf(baseline ?? state);
        long? logitsTensor = observed.Logits is { } logits ? _tensors.IdOf(logits) : null;
        AddState(requestKey, profile, state);
        _insert.Add(observed.ChosenToken).Add(observed.ChosenTokenHash?.ToString());
        AddLogit(observed.Top1);
        AddLogit(observed.Top2);
        _insert
            .Add(StoreJson.FormatOrNull(observed.TopK))
            .Add(logitsTensor)
            .Add(observed.LogitsSha256)
            .Add(observed.LogitsFormat is { } format ? NumericFormats.NameOf(format) : null)
            .Add(observed.HiddenStateHashes?.Count)
            .Add(observed.CapturedTensors?.Count);
        AddExtra(StepExtra.Of(step, state, observed));
        if (_insert.Run() == 0)
            return false;
        InsertHidden(requestKey, state, observed.HiddenStateHashes);
        InsertCaptured(requestKey, state, observed.CapturedTensors);
        return true;
    }

    public void Forget() => _profiles.Forget();

    public void Dispose()
    {
        _profiles.Dispose();
        _insert.Dispose();
        _insertHidden.Dispose();
        _insertCaptured.Dispose();
    }

    private void AddState(long requestKey, long profile, StepState state)
    {
        CollectiveState? collective = state.Collective;
        _insert
            .Add(requestKey)
            .Add((long)state.StepIndex)
            .Add((long)state.Rank)
            .Add(profile)
            .Add(state.Phase == ExecutionPhase.Prefill ? "prefill" : "decode")
            .Add((long)state.Shape.QueryLength)
            .Add((long)state.Shape.KeyLength)
            .Add(state.BatchFingerprint)
            .Add(state.BatchSize)
            .Add(state.PaddedBatch)
            .Add(state.BatchTokens)
            .AddTime(state.AdmittedAt)
            .AddTime(state.StartedAt)
            .Add(state.AdmissionTimeMs)
            .Add(state.QueueTimeMs)
            .Add(state.GpuTimeMs)
            .Add(state.VramFreeMb)
            .Add(state.WorkspaceFreeBytes)
            .Add(state.KvRegime)
            .Add(state.KvPoolMb)
            .Add(state.KvPoolUsedMb)
            .Add(state.PagingActive)
            .Add(state.L2HitRate)
            .Add(state.FallbackCount)
            .Add(state.DequantizeCount)
            .Add(state.RequantizeCount)
            .Add(state.ReplicationPinnedMb)
            .Add(state.CheckpointPinnedMb)
            .Add(collective?.CommTimeMs)
            .Add(collective?.RankSkewMs)
            .Add(collective?.EffectiveBandwidthGbPerS)
            .Add(collective?.Retransmits);
    }

    private void AddLogit(RecordedLogit? logit)
    {
        if (logit is null)
            _insert.AddNull().AddNull().AddNull().AddNull();
        else
            _insert.Add((long)logit.Token).Add(NumericFormats.NameOf(logit.Format)).Add((long)logit.Bits).Add((double?)logit.Value);
    }

    private void AddExtra(StepExtra? extra)
    {
        Span<byte> text = stackalloc byte[64];
        if (extra is not null && extra.TryFormat(text, out int written))
            _insert.AddUtf8(text[..written]);
        else
            _insert.Add(StoreJson.FormatOrNull(extra));
    }

    private void InsertHidden(long requestKey, StepState state, ValueList<HiddenStateHash>? hashes)
    {
        for (int position = 0; position < hashes?.Count; position++)
        {
            HiddenStateHash hash = hashes[position];
            _insertHidden
                .Add(requestKey).Add((long)state.StepIndex).Add((long)state.Rank).Add((long)position)
                .Add((long)hash.Layer)
                .Add(hash.Point)
                .Add(hash.Format is { } format ? NumericFormats.NameOf(format) : null)
                .Add(hash.Sha256)
                .Add(StoreJson.FormatOrNull(hash.UnknownFields))
                .Run();
        }
    }

    private void InsertCaptured(long requestKey, StepState state, ValueList<CapturedTensor>? tensors)
    {
        for (int position = 0; position < tensors?.Count; position++)
        {
            CapturedTensor captured = tensors[position];
            CapturedExtra? extra = captured.UnknownFields is null && captured.Tensor.UnknownFields is null
                ? null
                : new CapturedExtra(captured.UnknownFields, captured.Tensor.UnknownFields);
            long tensor = _tensors.IdOf(captured.Tensor);
            _insertCaptured
                .Add(requestKey).Add((long)state.StepIndex).Add((long)state.Rank).Add((long)position)
                .Add(captured.Name)
                .Add(captured.Layer)
                .Add(tensor)
                .Add(StoreJson.FormatOrNull(extra))
                .Run();
        }
    }
}
