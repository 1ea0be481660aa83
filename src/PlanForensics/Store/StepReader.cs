using System.Text;
using Microsoft.Data.Sqlite;
using PlanForensics.Contracts;
using PlanForensics.Contracts.Steps;
using PlanForensics.Plans;

namespace PlanForensics.Store;

/// <summary>Streams the steps of a store, column by column, without building contracts.</summary>
internal sealed class StepReader(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string Columns = """
        SELECT request_key, step_index, rank, profile_id, phase = 'decode', query_length, key_length, batch_fingerprint, batch_size, padded_batch, batch_tokens, started_at,
          admission_time_ms, queue_time_ms, gpu_time_ms, vram_free_mb, workspace_free_bytes, kv_regime, kv_pool_mb, kv_pool_used_mb, paging_active, l2_hit_rate,
          fallback_count, dequantize_count, requantize_count, replication_pinned_mb, checkpoint_pinned_mb, comm_time_ms, rank_skew_ms, effective_bandwidth_gb_per_s, retransmits,
          extra, chosen_token, chosen_token_hash, logits_tensor_id, logits_sha256
        FROM steps ORDER BY request_key, step_index, rank
        """;

    // In the order of both primary keys, so that nothing is sorted; columns as above.
    private const string SpanColumns = """
        SELECT s.request_key, s.first_step_index + (e.ordinal - s.first_ordinal) / s.stride, e.rank, e.profile_id, s.phase = 'decode', s.query_length,
          s.first_key_length + (e.ordinal - s.first_ordinal) / s.stride * s.query_length, e.batch_fingerprint, e.batch_size, e.padded_batch, e.batch_tokens, e.started_at,
          NULL, s.queue_time_ms, e.gpu_time_ms, e.vram_free_mb, e.workspace_free_bytes, e.kv_regime, e.kv_pool_mb, e.kv_pool_used_mb, e.paging_active, e.l2_hit_rate,
          e.fallback_count, e.dequantize_count, e.requantize_count, e.replication_pinned_mb, e.checkpoint_pinned_mb, e.comm_time_ms, e.rank_skew_ms, e.effective_bandwidth_gb_per_s,
          e.retransmits, NULL, NULL, NULL, NULL, NULL
        FROM step_spans s CROSS JOIN engine_steps e ON e.run_id = s.run_id AND e.ordinal BETWEEN s.first_ordinal AND s.first_ordinal + (s.step_count - 1) * s.stride
          AND (e.ordinal - s.first_ordinal) % s.stride = 0
        ORDER BY s.request_key, s.first_step_index, e.ordinal, e.rank
        """;

    private const int ExtraColumn = 31;

    private readonly Dictionary<long, StepState> _profiles = [];
    private readonly TextCache _fingerprints = new();
    private readonly TextCache _words = new();
    private Dictionary<long, string>? _logits;

    public void Read(IStepSink sink, CancellationToken cancellation)
    {
        List<(long Key, RequestRow Request)> requests = new StepRequests(connection, transaction).Read();
        using RawRows single = new(connection, Columns);
        using RawRows spanned = new(connection, SpanColumns);
        (bool hasSingle, bool hasSpanned) = (single.Next(), spanned.Next());
        (int next, long key, bool withOutcome) = (0, long.MinValue, false);
        for (long count = 0; hasSingle || hasSpanned; count++)
        {
            if ((count & 4095) == 0)
                cancellation.ThrowIfCancellationRequested();
            bool isSingle = hasSingle && (!hasSpanned || PlaceOf(single).CompareTo(PlaceOf(spanned)) <= 0);
            RawRows rows = isSingle ? single : spanned;
            long belongs = rows.Long(0);
            while (key != belongs)
            {
                if (next == requests.Count)
                    throw new FormatException($"a step names the request {belongs}, which is missing");
                (key, RequestRow request) = requests[next++];
                withOutcome = request.EqualClass is not null;
                sink.Begin(request);
            }

            sink.Step(RowOf(rows, withOutcome));
            (hasSingle, hasSpanned) = isSingle ? (single.Next(), hasSpanned) : (hasSingle, spanned.Next());
        }

        for (; next < requests.Count; next++)
            sink.Begin(requests[next].Request);
    }

    private static (long Request, int Step, int Rank) PlaceOf(RawRows rows) => (rows.Long(0), rows.Int(1), rows.Int(2));

    private StepRow RowOf(RawRows rows, bool withOutcome) => new()
    {
        StepIndex = rows.Int(1),
        Rank = rows.Int(2),
        Profile = ProfileOf(rows.Long(3)),
        Phase = rows.Int(4) != 0 ? ExecutionPhase.Decode : ExecutionPhase.Prefill,
        QueryLength = rows.Int(5),
        KeyLength = rows.Int(6),
        BatchFingerprint = rows.TextOrNull(7, _fingerprints),
        BatchSize = rows.IntOrNull(8),
        PaddedBatch = rows.IntOrNull(9),
        BatchTokens = rows.IntOrNull(10),
        StartedAt = rows.TimeOrNull(11),
        AdmissionTimeMs = rows.SizeOrNull(12),
        QueueTimeMs = rows.SizeOrNull(13),
        GpuTimeMs = rows.SizeOrNull(14),
        VramFreeMb = rows.SizeOrNull(15),
        WorkspaceFreeBytes = rows.CountOrNull(16),
        KvRegime = rows.TextOrNull(17, _words),
        KvPoolMb = rows.SizeOrNull(18),
        KvPoolUsedMb = rows.SizeOrNull(19),
        PagingActive = rows.IntOrNull(20) is { } paging ? paging != 0 : null,
        L2HitRate = rows.SizeOrNull(21),
        FallbackCount = rows.IntOrNull(22),
        DequantizeCount = rows.IntOrNull(23),
        RequantizeCount = rows.IntOrNull(24),
        ReplicationPinnedMb = rows.SizeOrNull(25),
        CheckpointPinnedMb = rows.SizeOrNull(26),
        CommTimeMs = rows.SizeOrNull(27),
        RankSkewMs = rows.SizeOrNull(28),
        EffectiveBandwidthGbPerS = rows.SizeOrNull(29),
        Retransmits = rows.CountOrNull(30),
        RecordedRegime = RegimeOf(rows),
        ChosenToken = withOutcome ? rows.IntOrNull(32) : null,
        ChosenTokenHash = withOutcome ? rows.TextOrNull(33, null) : null,
        LogitsSha256 = withOutcome ? LogitsOf(rows) : null,
    };

    private static string? RegimeOf(RawRows rows)
    {
        ReadOnlySpan<byte> extra = rows.Utf8(ExtraColumn);
        if (extra.IndexOf("\"regime\""u8) < 0)
            return null;
        StepExtra fields = StoreJson.Parse<StepExtra>(Encoding.UTF8.GetString(extra))!;
        return ContractStepSource.RegimeOf(fields.State) ?? ContractStepSource.RegimeOf(fields.Step);
    }

    private string? LogitsOf(RawRows rows)
    {
        if (rows.TextOrNull(35, null) is { } hash)
            return hash;
        return rows.IntOrNull(34) is { } tensor ? (_logits ??= ReadTensorHashes())[tensor] : null;
    }

    private Dictionary<long, string> ReadTensorHashes()
    {
        Dictionary<long, string> hashes = [];
        using RawRows rows = new(connection, "SELECT tensor_id, sha256 FROM tensors");
        while (rows.Next())
            hashes.Add(rows.Long(0), rows.TextOrNull(1, null)!);
        return hashes;
    }

    private StepState ProfileOf(long id)
    {
        if (_profiles.TryGetValue(id, out StepState? profile))
            return profile;
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT state FROM profiles WHERE profile_id = $id";
        command.Parameters.AddWithValue("$id", id);
        profile = StoreJson.Parse<StepState>(command.ExecuteScalar() as string) ?? throw new FormatException($"profile {id} is missing");
        _profiles.Add(id, profile);
        return profile;
    }
}
